"""The same deliveries in any order, doubled and split anyhow, lead to one state (F26)."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from inbox.models import ContactNumber, Message, Thread
from inbox.tests.conftest import Line, MakeLine

PEOPLE = st.tuples(
    st.sampled_from(["16505551234", "16505550000"]), st.sampled_from(["", "US.1", "US.2"])
) | st.just(("", "US.1"))
TIMES = st.integers(0, 5)
NAMES = st.sampled_from(["", "Sheena", "Nelson"])
IDS = st.sampled_from([f"wamid.{letter}" for letter in "ABCDEF"])
WORDS = st.sampled_from(["one", "two", "three"])
FAILURES = st.sampled_from([[], [{"code": 1, "title": "first"}], [{"code": 2, "title": "second"}]])
Step = tuple[str, dict[str, Any]]


def telling(kind: str, content: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    """A message that somebody writes."""
    told = {"message_id": IDS, "at_s": TIMES, "name": NAMES, "content": content}
    return st.tuples(
        st.just(kind),
        st.builds(lambda person, **rest: {"sender": person[0], "user_id": person[1], **rest}, PEOPLE, **told),
    )


STEPS = st.one_of(
    telling("text", st.builds(lambda word: {"body": word}, WORDS)),
    telling("image", st.builds(lambda word: {"id": word, "caption": word}, WORDS)),
    telling("reaction", st.builds(lambda target: {"message_id": target, "emoji": "👍"}, IDS)),
    telling("system", st.just({"body": "changed"})),
    telling(
        "edit",
        st.builds(
            lambda target, word: {
                "original_message_id": target,
                "message": {"type": "text", "text": {"body": word}},
            },
            IDS,
            WORDS,
        ),
    ),
    telling("revoke", st.builds(lambda target: {"original_message_id": target}, IDS)),
    st.tuples(
        st.just("status"),
        st.fixed_dictionaries(
            {
                "message_id": IDS,
                "status": st.sampled_from(["sent", "delivered", "read", "failed", "odd"]),
                "at_s": TIMES,
                "errors": FAILURES,
            }
        ),
    ),
    st.tuples(
        st.just("echo"),
        st.fixed_dictionaries({"message_id": IDS, "at_s": TIMES, "person": PEOPLE, "word": WORDS}),
    ),
)


def body(line: Line, step: Step) -> dict[str, Any]:
    """A step as the platform posts it for this line."""
    kind, told = step
    if kind == "status":
        return line.status(told["message_id"], told["status"], told["at_s"], errors=told["errors"])
    if kind == "echo":
        phone, user_id = told["person"]
        echo = {"from": "15550783881", "to": phone, "to_user_id": user_id, "id": told["message_id"]}
        echo |= {"timestamp": str(1795341600 + told["at_s"]), "type": "text", "text": {"body": told["word"]}}
        return line.delivery(message_echoes=[echo], contacts=[])
    return line.message(kind=kind, **told)


def state(line: Line) -> list[list[dict[str, Any]]]:
    """All that is stored of the line but Hermes' own ids."""
    own = {"id", "public_id", "customer_id", "connection_id", "thread_id"}
    found = []
    for model, keys in (
        (Thread, ["contact"]),
        (Message, ["upstream_id"]),
        (ContactNumber, ["phone", "contact"]),
    ):
        names = {field.attname for field in model._meta.concrete_fields} - own
        further = ["thread__contact"] if model is Message else []
        rows = model.objects.of(line.connection.customer_id).filter(connection=line.connection)
        found.append(list(rows.order_by(*keys).values(*names, *further)))
    return found


def received(line: Line, steps: Sequence[Step], share: int) -> list[list[dict[str, Any]]]:
    """The state after the steps came in this order, `share` at a time."""
    bodies = [body(line, step) for step in steps]
    for start in range(0, len(bodies), share):
        line.receive(*bodies[start : start + share])
    return state(line)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), steps=st.lists(STEPS, min_size=2, max_size=9))
def test_f26_any_order_doubled_and_split_anyhow_ends_in_one_state(
    acme: Any, make_line: MakeLine, data: st.DataObject, steps: list[Step]
) -> None:
    shares = st.integers(1, 4)
    again = data.draw(st.lists(st.sampled_from(steps), max_size=4), label="doubled")
    shuffled = data.draw(st.permutations([*steps, *again]), label="shuffled")
    once = received(make_line(acme.customer), steps, data.draw(shares))
    assert received(make_line(acme.customer), shuffled, data.draw(shares)) == once
