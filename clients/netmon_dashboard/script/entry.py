"""What Streamlit runs. It puts this folder first on sys.path, so no module may stand beside it."""

from netmon_dashboard.pages import show

show()
