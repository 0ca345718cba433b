"""What a distributor's owner has connected: a key, an endpoint, and a message on its way there."""

from gongying.areas.connections import actions
from gongying.core.people.access import actor_for

MORE = {"connections:reference": ("?app=rewards", "?app=webhooks")}


def side(world, code):
    """The things of one side, named by its canary."""
    owner = actor_for(world.people["owner", code])
    named, url = f"CNRY-{code}", f"https://cnry-{code.lower()}.example.com/"
    key = actions.make_key(owner, name=named, scopes=["cockpit.view"])
    endpoint = actions.make_endpoint(owner, name=named, url=url, facts=["rewards.dispute_ruled"])
    message = actions.ping(owner, endpoint_id=endpoint.endpoint_id)
    return {"key_id": key.key_id, "endpoint_id": endpoint.endpoint_id, "delivery_id": message}
