"""How soon objections are answered, and how volume is taken to answer a change of rates."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class Answers(BaseModel):
    """How soon head office answers an objection, and how soon a distributor reads a programme that was published, in calendar
    days; for the network, a region or one distributor."""

    model_config = ConfigDict(extra="forbid")
    days: int = Field(ge=1, le=90)
    read_days: int = Field(default=14, ge=1, le=90)


ANSWER_DAYS, READ_DAYS = 10, 14  # where no policy says otherwise


class Response(BaseModel):
    """By how much volume changes for each point by which the effective rate changes: 1 is one percent for one percentage
    point. Three numbers make a band: nobody knows the true one beforehand."""

    model_config = ConfigDict(extra="forbid")
    low: Decimal = Field(default=Decimal(0), ge=0, le=20)
    middle: Decimal = Field(default=Decimal(1), ge=0, le=20)
    high: Decimal = Field(default=Decimal(2), ge=0, le=20)
