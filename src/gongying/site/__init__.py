"""The top floor: settings, urls, shell and command line. It sees everything and owns nothing."""
