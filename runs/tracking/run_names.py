"""Names for runs that were given none: `brisk-heron-417`."""

import random
import re

ADJECTIVE_WORDS = """
    able agile amber ample apt bold brave breezy bright brisk calm candid clever cosy crisp
    curious deft eager easy exact fair fast fine fleet fond frank fresh gentle glad golden grand
    handy happy hardy honest jolly keen kind lively loyal lucid mellow merry mild modest neat nimble
    noble patient placid polite proud quick quiet rapid serene sharp silent sleek smart snug solid
    spry steady stout sunny swift tidy vivid warm wise witty zesty
"""
NOUN_WORDS = """
    acorn alder aspen badger beacon birch bison brook canyon cedar cliff comet condor coral crane
    creek cricket dolphin dune eagle elm falcon fern finch fjord forest fox gecko glacier grove gull
    harbor hare hawk hazel heron hill ibis island jay juniper kestrel lagoon lake lark lily linden
    lynx maple marten meadow moss newt oak orchid osprey otter owl pebble pine plover pond puffin
    quail rain raven reef ridge river robin salmon seal sparrow spruce stork stream swan tern thrush
    trout tulip valley walrus willow wren
"""
ADJECTIVES = tuple(ADJECTIVE_WORDS.split())
NOUNS = tuple(NOUN_WORDS.split())
WHOLE_NUMBER = re.compile("[0-9]+")


def make_run_name() -> str:
    """Return a random adjective-noun-number name. Names need not be unique."""
    return f"{random.choice(ADJECTIVES)}-{random.choice(NOUNS)}-{random.randrange(1000)}"


def natural_order(name: str) -> str:
    """Return a text that sorts as people sort `name`, which is `trial-2` before `trial-10`: before
    each whole number stands a character for the number of its digits."""
    return WHOLE_NUMBER.sub(_with_length, name).lower()


def _with_length(found: re.Match[str]) -> str:
    digits = found[0].lstrip("0")
    return chr(ord("0") + len(digits)) + digits
