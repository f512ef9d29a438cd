import type { MatchSummary, PreviewResult, TopicPreview } from '../../digests/preview/preview-topics.ts'
import { fill, words } from '../../i18n/words.ts'
import type { QueryHint } from '../../search/back-test/query-hint.ts'
import { paperRateText, papersText } from './preview-text.ts'

/** A changed query, and the text of its link. */
interface Change {
  text: string
  query: string
}

export interface HintLine {
  sentence: string
  changes: Change[]
}

/** Hints for a topic that matched too little or too much; `most`: the limit of papers per email. */
export function hintLines(preview: PreviewResult, topic: TopicPreview, most: number): HintLine[] {
  if (topic.total === 0) return nothingMatchedLines(topic)
  if (topic.width === 'narrow') return [sentenceOnly(words.preview.narrow), ...topic.hints.flatMap(widerLine)]
  return topic.width === 'wide' ? wideLines(preview, topic, most) : []
}

/** The hints for all topics together. */
export function combinedHintLines(preview: PreviewResult, most: number): HintLine[] {
  const tooMuch = tooMuchText(preview, preview.together, most)
  return tooMuch ? [sentenceOnly(tooMuch), sentenceOnly(fill(words.preview.letCapAlone, { most }))] : []
}

const sentenceOnly = (sentence: string): HintLine => ({ sentence, changes: [] })

function nothingMatchedLines({ nothing, hints, keyWords }: TopicPreview): HintLine[] {
  if (!nothing) return [sentenceOnly(words.preview.noPapers)]
  // The warning already names missing words, and a hint to allow a word gives its own reason.
  const isKnown = keyWords.absent.length > 0 || hints[0]?.way === 'allowed'
  return [...(isKnown ? [] : [sentenceOnly(words.preview.never)]), ...hints.flatMap(widerLine)]
}

function widerLine({ way, part, term, papers, query }: QueryHint): HintLine[] {
  if (way === 'votes' || way === 'also') return []
  const { sentence, button } = words.preview.wider
  const values = { part, term, papers: papersText(papers) }
  return [{ sentence: fill(sentence[way], values), changes: changesOf(fill(button[way], values), query) }]
}

const changesOf = (text: string, query: string | null): Change[] => (query === null ? [] : [{ text, query }])

function wideLines(preview: PreviewResult, topic: TopicPreview, most: number): HintLine[] {
  const { also, letCap } = words.preview
  const isAlso = ({ way }: QueryHint) => way === 'also'
  const further = topic.hints.filter(isAlso).map(({ part, papers, query }) => {
    const text = fill(also.button, { part, pace: paperRateText(preview, papers) })
    return changesOf(text, query)
  })
  return [
    sentenceOnly(tooMuchText(preview, topic, most) ?? ''),
    ...topic.hints.filter((hint) => !isAlso(hint)).flatMap((hint) => narrowerLine(preview, hint)),
    ...(further.length > 0 ? [{ sentence: also.sentence, changes: further.flat() }] : []),
    sentenceOnly(fill(letCap, { most })),
  ]
}

function narrowerLine(preview: PreviewResult, { way, part, term, papers, query }: QueryHint): HintLine[] {
  if (way !== 'votes' && way !== 'without') return []
  const { sentence, button } = words.preview.narrower
  const values = { part, term, pace: paperRateText(preview, papers) }
  return [{ sentence: fill(sentence[way], values), changes: changesOf(fill(button[way], values), query) }]
}

/** Null if one email can contain all of them. */
function tooMuchText({ weekdays }: PreviewResult, { total }: MatchSummary, most: number): string | null {
  const aWeekday = Math.round(total / weekdays)
  if (aWeekday <= most) return null
  return fill(words.preview.tooMuch, { count: papersText(aWeekday), most })
}
