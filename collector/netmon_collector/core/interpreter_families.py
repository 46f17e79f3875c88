"""How interpreters read their command lines: one entry a family."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    r"""How one family of interpreters reads its command line, from its own manual page.

    ``label`` is what people call it; ``\1`` is the major version where it belongs to the name.
    Letters of short options: ``value_letters`` take the rest of their word or the next one,
    ``tail_letters`` the rest of their word alone, ``inline_letters`` are followed by code (or say
    that it comes by standard input), ``module_letters`` and ``file_letters`` by what we look for.
    Without ``has_clusters`` a single dash starts a word like two do. ``value_words``,
    ``inline_words``, ``module_words`` and ``file_words`` are the same for whole words.
    ``subcommands`` may stand before the script; any other of ``plain_commands`` means that there is
    none.
    """

    label: str
    pattern: re.Pattern[str]
    has_clusters: bool = True
    value_letters: str = ""
    tail_letters: str = ""
    inline_letters: str = ""
    module_letters: str = ""
    file_letters: str = ""
    value_words: frozenset[str] = frozenset()
    inline_words: frozenset[str] = frozenset()
    module_words: frozenset[str] = frozenset()
    file_words: frozenset[str] = frozenset()
    subcommands: frozenset[str] = frozenset()
    plain_commands: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    takes_first_word: bool = True
    first_word_is_class: bool = False


_VERSION = r"(?:-?\d+(?:\.\d+)*)?"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INTERPRETERS = (
    Interpreter(
        label=r"python\1",
        pattern=re.compile(r"(?i:python)(\d?)(?:\.\d+)*[tdm]*"),
        value_letters="WXQ",
        inline_letters="c",
        module_letters="m",
        value_words=_words("--check-hash-based-pycs"),
    ),
    Interpreter(
        label=r"pypy\1",
        pattern=re.compile(r"pypy(\d?)(?:\.\d+)*(?:-c)?"),
        value_letters="WXQ",
        inline_letters="c",
        module_letters="m",
    ),
    Interpreter(
        label="node",
        pattern=re.compile(r"node(?:js)?" + _VERSION),
        has_clusters=False,
        value_words=_words(
            "-r --require --import --loader --experimental-loader -C --conditions --env-file"
            " --env-file-if-exists --inspect-port --title --input-type --icu-data-dir"
            " --openssl-config --redirect-warnings --report-dir --watch-path --test-reporter"
        ),
        inline_words=_words("-e --eval -p --print -pe -i --interactive --run"),
    ),
    Interpreter(
        label="deno",
        pattern=re.compile(r"deno"),
        has_clusters=False,
        value_words=_words("-c --config --import-map --lock --seed -L --log-level --location --cert --port --host"),
        subcommands=_words("run serve test bench"),
        plain_commands=_words(
            "add cache check compile completions coverage doc eval fmt info init install jupyter"
            " lint lsp outdated publish remove repl task types uninstall upgrade vendor"
        ),
    ),
    Interpreter(
        label="bun",
        pattern=re.compile(r"bun"),
        has_clusters=False,
        value_words=_words("-r --preload --cwd -c --config --env-file --port --define --loader"),
        inline_words=_words("-e --eval -p --print"),
        subcommands=_words("run"),
        plain_commands=_words(
            "a add audit build c create exec i info init install link outdated patch pm publish"
            " remove repl rm test unlink update upgrade why x"
        ),
    ),
    Interpreter(
        label="ruby",
        pattern=re.compile(r"ruby" + _VERSION),
        value_letters="CIrE",
        tail_letters="FKTWix0",
        inline_letters="e",
        value_words=_words("--encoding --external-encoding --internal-encoding"),
    ),
    Interpreter(
        label="perl",
        pattern=re.compile(r"perl" + _VERSION),
        value_letters="I",
        tail_letters="iFmMDxdV",
        inline_letters="eE",
    ),
    Interpreter(
        label="php",
        pattern=re.compile(r"php(?:-cli)?" + _VERSION),
        value_letters="cdzSt",
        inline_letters="rRBEa",
        file_letters="fF",
        value_words=_words("--define --php-ini --server --docroot --zend-extension"),
        inline_words=_words("--run --process-code --interactive"),
        file_words=_words("--file --process-file"),
    ),
    Interpreter(
        label="lua",
        pattern=re.compile(r"lua(?:jit)?" + _VERSION),
        # Code after -e may be followed by a script.
        value_letters="el",
        tail_letters="jO",
    ),
    Interpreter(
        label="Rscript",
        # Rscript becomes R, with --file= or -f.
        pattern=re.compile(r"R|Rscript"),
        has_clusters=False,
        value_words=_words("-g --gui -d --debugger --encoding"),
        inline_words=_words("-e --args"),
        file_words=_words("-f --file"),
        takes_first_word=False,
    ),
    Interpreter(
        label="",
        pattern=re.compile(r"(?:ba|z|da|a|k|mk|)sh" + _VERSION),
        value_letters="oO",
        inline_letters="cs",
        value_words=_words("--rcfile --init-file --emulate"),
    ),
    Interpreter(
        label="fish",
        pattern=re.compile(r"fish"),
        value_letters="CdofD",
        inline_letters="c",
        value_words=_words("--init-command --debug --debug-output --features --profile"),
        inline_words=_words("--command"),
    ),
    Interpreter(
        label="java",
        pattern=re.compile(r"java"),
        has_clusters=False,
        value_words=_words(
            "-cp -classpath --class-path -p --module-path --add-modules --add-opens --add-exports"
            " --add-reads --upgrade-module-path --patch-module --limit-modules --source"
            " -d --describe-module --enable-native-access"
        ),
        module_words=_words("-m --module"),
        file_words=_words("-jar"),
        first_word_is_class=True,
    ),
    Interpreter(
        label="dotnet",
        pattern=re.compile(r"dotnet"),
        has_clusters=False,
        value_words=_words(
            "--additionalprobingpath --additional-deps --depsfile --runtimeconfig --fx-version --roll-forward"
        ),
        subcommands=_words("exec"),
        suffixes=(".dll", ".exe"),
    ),
    Interpreter(
        label="mono",
        pattern=re.compile(r"mono(?:-sgen|-boehm)?"),
        has_clusters=False,
        value_words=_words("--config"),
    ),
    Interpreter(
        label="electron",
        pattern=re.compile(r"electron" + _VERSION),
        has_clusters=False,
        value_words=_words("-r --require"),
        # A process that is not the first one names the application by an option.
        file_words=_words("--app-path"),
        inline_words=_words("-i --interactive -v --version --type"),
    ),
)


def interpreter_of(program: str) -> tuple[Interpreter, str] | None:
    """Find the interpreter that a base name stands for, and its label; None for other programs."""
    for interpreter in _INTERPRETERS:
        match = interpreter.pattern.fullmatch(program)
        if match is not None:
            return interpreter, interpreter.label.replace(r"\1", match[match.lastindex or 0]) or program
    return None
