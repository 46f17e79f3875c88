"""Numbers, texts and times that the wire can carry, for property tests."""

from hypothesis import strategies as st

uint32 = st.integers(0, 2**32 - 1)
uint64 = st.integers(0, 2**64 - 1)
# Any unicode but lone surrogates, which UTF-8 cannot hold; a cleaned escape, a bidi mark and a tab among it.
texts = st.text(max_size=12) | st.sampled_from(["\\x1b[31m", "naïve café", "\u202eexe.txt", "日本語", "a\tb"])
names = texts.filter(bool)
# Microseconds, up to the year 2096.
times = st.integers(0, 4_000_000_000_000_000).map(lambda microseconds: microseconds / 1_000_000)
lengths = st.integers(0, 10**14).map(lambda microseconds: microseconds / 1_000_000)
numbers = st.floats(allow_nan=False, allow_infinity=False)
shares = st.none() | st.floats(0, 1)
