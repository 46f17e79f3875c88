from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.core.applications import ApplicationName, application_of, is_netmon

PYTHON = "/usr/bin/python3.11"

# [executable], then lines of: arguments | id | name
VECTORS = """
[/usr/bin/curl]
curl https://a.example | exe:/usr/bin/curl | curl
[/usr/bin/curl (deleted)]
curl | exe:/usr/bin/curl | curl
[/usr/lib/firefox/firefox]
| exe:/usr/lib/firefox/firefox | firefox
[/memfd:x (deleted)]
x | exe:/memfd:x | memfd:x
[/usr/bin/nodeenv]
nodeenv x.js | exe:/usr/bin/nodeenv | nodeenv
[/usr/bin/python3.11]
python3 /home/a/sync.py --fast | script:/home/a/sync.py | python3 → sync.py
/usr/bin/python3 -u -W ignore -Xdev /home/a/x.py | script:/home/a/x.py | python3 → x.py
python3 sync.py | script:python3:sync.py | python3 → sync.py
python3 ./../sync.py | script:python3:sync.py | python3 → sync.py
python3 /home/a/b/../sync.py | script:/home/a/sync.py | python3 → sync.py
python3 -m http.server 8000 | module:python3:http.server | python3 → http.server
python3 -Im http.server | module:python3:http.server | python3 → http.server
python3 -mhttp.server | module:python3:http.server | python3 → http.server
python3 | exe:/usr/bin/python3.11 | python3
python3 - | exe:/usr/bin/python3.11 | python3
python3 -W | exe:/usr/bin/python3.11 | python3
python3 -m | exe:/usr/bin/python3.11 | python3
python3 --check-hash-based-pycs never -- /srv/x.py | script:/srv/x.py | python3 → x.py
python3 /srv/t/__main__.py | script:/srv/t/__main__.py | python3 → t/__main__.py
python3 /srv/tool/ | script:/srv/tool | python3 → tool
[/opt/pypy/bin/pypy3.10-c]
pypy3 /srv/x.py | script:/srv/x.py | pypy3 → x.py
[/usr/bin/node]
node --max-old-space-size=99 -r dotenv /srv/app.js | script:/srv/app.js | node → app.js
node /usr/lib/npm/index.js | script:/usr/lib/npm/index.js | node → npm/index.js
node -e 1 x.js | exe:/usr/bin/node | node
[/usr/bin/deno]
deno run -A --config c.json /srv/a.ts | script:/srv/a.ts | deno → a.ts
deno run https://x.example/m/a.ts?v=1#z | script:https://x.example/m/a.ts | deno → a.ts
deno repl | exe:/usr/bin/deno | deno
[/usr/bin/bun]
bun --hot run server.ts | script:bun:server.ts | bun → server.ts
bun install | exe:/usr/bin/bun | bun
[/usr/bin/ruby3.1]
ruby -I lib -rset -W0 /srv/a.rb | script:/srv/a.rb | ruby → a.rb
ruby -ne puts | exe:/usr/bin/ruby3.1 | ruby
[/usr/bin/perl]
perl -w -T -I /lib -i.bak /srv/a.pl | script:/srv/a.pl | perl → a.pl
perl -lane print /etc/passwd | exe:/usr/bin/perl | perl
[/usr/bin/php8.2]
php -d a=b -f /srv/a.php | script:/srv/a.php | php → a.php
php -S 127.0.0.1:80 /srv/r.php | script:/srv/r.php | php → r.php
php -r phpinfo(); | exe:/usr/bin/php8.2 | php
[/usr/bin/lua5.4]
lua -e x=1 /srv/a.lua | script:/srv/a.lua | lua → a.lua
[/usr/lib/R/bin/exec/R]
R --no-echo --file=/srv/a.R --args b.R | script:/srv/a.R | Rscript → a.R
[/usr/bin/bash]
bash -eu -o pipefail /srv/a.sh | script:/srv/a.sh | bash → a.sh
-bash | exe:/usr/bin/bash | bash
bash -s word | exe:/usr/bin/bash | bash
[/usr/bin/dash]
sh -e /etc/init.d/x | script:/etc/init.d/x | dash → x
[/usr/bin/zsh]
zsh --emulate sh a.sh | script:zsh:a.sh | zsh → a.sh
[/usr/lib/jvm/java-17/bin/java]
java -Xmx1g -Da=b -jar /opt/x/x.jar | script:/opt/x/x.jar | java → x.jar
java -cp /a:/b --add-opens x/y=z org.a.Main | module:java:org.a.Main | java → org.a.Main
java -p mods -m m.a/m.a.Main | module:java:m.a/m.a.Main | java → m.a/m.a.Main
java @options | exe:/usr/lib/jvm/java-17/bin/java | java
[/usr/share/dotnet/dotnet]
dotnet exec --fx-version 8.0 /srv/a.dll | script:/srv/a.dll | dotnet → a.dll
dotnet build | exe:/usr/share/dotnet/dotnet | dotnet
[/usr/bin/mono-sgen]
mono --debug /srv/a.exe | script:/srv/a.exe | mono → a.exe
[/usr/lib/electron28/electron]
electron /srv/code/app.asar | script:/srv/code/app.asar | electron → code/app.asar
electron --type=gpu --app-path=/c/app.asar | script:/c/app.asar | electron → c/app.asar
[/Applications/Firefox.app/Contents/MacOS/firefox]
| app:/Applications/Firefox.app | Firefox
[/Applications/A.app/Contents/Frameworks/A Helper.app/Contents/MacOS/A Helper]
| app:/Applications/A.app | A
[/Applications/Code.app/Contents/MacOS/Electron]
Electron /x.js | app:/Applications/Code.app | Code
[/Library/Python.framework/Resources/Python.app/Contents/MacOS/Python]
Python /srv/a.py | script:/srv/a.py | python → a.py
[/snap/firefox/4336/usr/lib/firefox/firefox]
| snap:firefox | firefox
[/snap/core22/99/usr/bin/curl]
| exe:/snap/core22/current/usr/bin/curl | curl
[/snap/x/7/usr/bin/python3.10]
python3 /snap/x/7/bin/x.py | script:/snap/x/current/bin/x.py | python3 → x.py
[/var/lib/flatpak/app/org.a.B/x86_64/stable/ff/files/bin/b]
| flatpak:org.a.B | b
[/tmp/.mount_NotesXa1b2c/usr/bin/notes]
| appimage:/usr/bin/notes | notes
[/usr/bin/python3.11]
python3 /// | exe:/usr/bin/python3.11 | python3
python3 .. | exe:/usr/bin/python3.11 | python3
python3 -W -W | exe:/usr/bin/python3.11 | python3
"""


def vectors() -> Iterator[tuple[str, str, str, str]]:
    executable = ""
    for line in VECTORS.strip().splitlines():
        if line.startswith("["):
            executable = line.strip("[]")
            continue
        arguments, application_id, name = (part.strip() for part in line.split("|"))
        yield executable, arguments, application_id, name


@pytest.mark.parametrize(("executable", "arguments", "application_id", "name"), list(vectors()))
def test_a_process_is_named_as_people_know_its_program(
    executable: str, arguments: str, application_id: str, name: str
) -> None:
    application = application_of(executable, "other", arguments.split())
    assert (application.id, application.name) == (application_id, name)
    assert_is_clean(application)


@pytest.mark.parametrize(
    ("executable", "arguments"),
    [
        (PYTHON, ["python3", "-c", "import a", "x.py"]),
        (PYTHON, ["python3", "-Ic", "import a"]),
        (PYTHON, ["python3", "-W"]),
        (PYTHON, ["python3", ""]),
        (PYTHON, ["celeryd: worker"]),
        (PYTHON, []),
        ("/usr/bin/bash", ["bash", "-ec", "curl x"]),
        ("/usr/sbin/php-fpm8.2", ["php-fpm: pool www"]),
        ("/opt/a b/prog", ["/opt/a b/prog", "x y"]),
    ],
)
def test_without_a_script_the_executable_is_the_application(executable: str, arguments: list[str]) -> None:
    application = application_of(executable, "other", arguments)
    assert application.id == f"exe:{executable}"
    assert application.path == executable


@pytest.mark.parametrize(
    ("name", "arguments", "application_id", "shown"),
    [
        ("kworker/0:1", [], "name:kworker/0:1", "kworker/0:1"),
        ("sshd", ["sshd: root@pts/0"], "name:sshd", "sshd"),
        ("python3", ["python3", "/srv/sync.py"], "script:/srv/sync.py", "python3 → sync.py"),
        ("", [], "name:", "unknown"),
    ],
)
def test_without_a_readable_executable_the_name_must_do(
    name: str, arguments: list[str], application_id: str, shown: str
) -> None:
    application = application_of("", name, arguments)
    assert (application.id, application.name) == (application_id, shown)


def test_the_path_is_that_of_the_script_where_it_is_known() -> None:
    assert application_of(PYTHON, "x", ["python3", "/srv/../srv/a.py"]).path == "/srv/a.py"
    assert application_of(PYTHON, "x", ["python3", "a.py"]).path == PYTHON
    assert application_of(PYTHON, "x", ["python3", "-m", "a"]).path == PYTHON


def assert_is_clean(application: ApplicationName) -> None:
    for text in (application.id, application.name, application.path):
        assert text.isprintable()
        assert len(text) <= 256
        text.encode("utf-8")
    assert application.name


def test_hostile_letters_stay_visible() -> None:
    application = application_of(PYTHON, "python3", ["python3", "/srv/a\x1b[2J\nb.py"])
    assert_is_clean(application)
    assert application.name == "python3 → a�[2J�b.py"


def test_paths_that_cleaning_makes_equal_stay_two_applications() -> None:
    first, second = (application_of(f"/srv/a{mark}b", "a", []) for mark in "\x1b\n")
    assert first.name == second.name
    assert first.id != second.id


def test_paths_that_cutting_makes_equal_stay_two_applications() -> None:
    first, second = (application_of(f"/srv/{'x' * 4000}/{name}", "a", []) for name in "ab")
    assert first.id != second.id


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
PROGRAMS = st.sampled_from(
    ["python3", "node", "deno", "ruby", "perl", "php", "lua", "R", "bash", "fish", "java", "dotnet", "electron"]
)
WORDS = st.one_of(
    ANY_TEXT,
    st.sampled_from(
        ["-", "--", "-m", "-c", "-e", "-jar", "run", "exec", "--file", "-W", "@x", "+", "--type=x", "=", "-=", "."]
    ),
)


@given(PROGRAMS, ANY_TEXT, st.lists(WORDS, max_size=8))
def test_no_command_line_breaks_the_naming(program: str, name: str, arguments: list[str]) -> None:
    assert_is_clean(application_of(f"/usr/bin/{program}", name, arguments))


@given(ANY_TEXT, ANY_TEXT)
def test_no_path_breaks_the_naming(executable: str, name: str) -> None:
    assert_is_clean(application_of(executable, name, [name]))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python3 /usr/local/bin/netmon-collector", True),
        ("python3 -I /opt/netmon/bin/netmon-cli stream", True),
        ("python3 /opt/netmon/bin/netmon-dashboard", True),
        ("python3 -m netmon_recorder", True),
        ("python3 -m netmon_cli.first_minutes run", True),
        ("python3 /usr/local/bin/netmon-client-of-mine", False),
        ("python3 sync.py", False),
    ],
)
def test_netmon_knows_its_own_programs(line: str, expected: bool) -> None:
    assert is_netmon(application_of(PYTHON, "python3", line.split()).name) is expected
