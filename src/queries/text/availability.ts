// "Code is available at https://…" says nothing about the subject of a paper, and a third of all abstracts say it.

const THING =
  '(?:code|codes|codebase|data|datasets?|models?|weights|checkpoints|implementation|demos?|videos?|project|website|homepage|resources|benchmark|github)'
/** With a link, or short and beginning with what is available. */
const AVAILABILITY = new RegExp(
  String.raw`(?<=^|[.!?:]\s)[^.!?]*\bhttps?://\S*(?:[^.!?]|[.!?](?=\S))*[.!?]?|(?<=^|[.!?]\s)(?:(?:our|the|all|source|project|corresponding|related|trained|pre-trained)\s+)*${THING}(?:\s*(?:,|and|&|or)\s*[\w -]{1,30}){0,4}\s+(?:is|are|will|can|has|have|were)\b[^.!?]{0,40}\b(?:available|released|open-sourced)\b[^.!?]{0,40}(?:[.!?]|$)`,
  'gi',
)

/** One of them is in all such sentences; the expression above takes a hundred times as long. */
const SIGNAL = /https?:|available|released|open-sourced/i

/** An abstract in which sentences about where code and data are available are blanks; the length stays the same. */
export const hideAvailability = (abstract: string): string =>
  SIGNAL.test(abstract) ? abstract.replace(AVAILABILITY, (sentence) => ' '.repeat(sentence.length)) : abstract
