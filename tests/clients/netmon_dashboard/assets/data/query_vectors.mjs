// {queries} in; for each the filter and its text, or the error, out. Also the words of the language.
import { readFileSync } from "node:fs";
import { formatFilter, parseQuery, QueryError } from "../../../../../clients/netmon_dashboard/assets/data/query.js";
import * as words from "../../../../../clients/netmon_dashboard/assets/data/query_words.js";

function outcome(text) {
  try {
    const filter = parseQuery(text);
    return { filter, text: formatFilter(filter) };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { message, column, hint, sentence } = error;
    return { error: { message, column, suggestion: hint }, sentence };
  }
}

const given = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(
  JSON.stringify({
    outcomes: given.queries.map(outcome),
    nearest: given.words.map((word) => words.nearest(word, [...words.FIELDS.keys()], words.FIELD_SYNONYMS)),
    fields: [...words.FIELDS],
    words: [...words.WORDS],
    fieldSynonyms: [...words.FIELD_SYNONYMS],
    wordSynonyms: [...words.WORD_SYNONYMS],
  }),
);
