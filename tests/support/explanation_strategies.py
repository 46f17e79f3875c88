"""Any explanation of an owner that the wire can carry, for property tests."""

from hypothesis import strategies as st

from netmon.model import Advice, AttemptResult, Explanation, OwnerAttempt, OwnerConfidence, OwnerMethod
from tests.support.basic_strategies import names, texts, times, uint32
from tests.support.model_strategies import connections_of, process_pools

owner_attempts = st.builds(
    OwnerAttempt,
    first_time=times,
    last_time=times,
    count=uint32,
    way=names,
    result=st.sampled_from(AttemptResult),
    process_id=texts,
    method=st.sampled_from(OwnerMethod),
    confidence=st.sampled_from(OwnerConfidence),
    text=texts,
)
explanations = process_pools.flatmap(
    lambda pool: st.builds(
        Explanation,
        connection=connections_of(pool),
        processes=st.just(tuple(pool)),
        attempts=st.lists(owner_attempts, max_size=3).map(tuple),
        advice=st.lists(st.builds(Advice, text=texts, command=texts), max_size=2).map(tuple),
    )
)
