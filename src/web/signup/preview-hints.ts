import type { Met, Preview, TopicPreview } from '../../digests/preview/preview-topics.ts'
import { fill, words } from '../../i18n/words.ts'
import type { Hint } from '../../search/back-test/hint.ts'
import { paceText, papersText } from './preview-figures.ts'

/** A changed query, and the words that lead to it. */
interface Change {
  text: string
  query: string
}

export interface HintLine {
  sentence: string
  changes: Change[]
}

/** What helps where a topic matched too little or too much; `most`: how many papers a mail holds. */
export function hintLines(preview: Preview, topic: TopicPreview, most: number): HintLine[] {
  if (topic.total === 0) return emptyLines(topic)
  if (topic.width === 'narrow') return [alone(words.preview.narrow), ...topic.hints.flatMap(widerLine)]
  return topic.width === 'wide' ? wideLines(preview, topic, most) : []
}

/** Of all topics together. */
export function togetherLines(preview: Preview, most: number): HintLine[] {
  const tooMuch = tooMuchOf(preview, preview.together, most)
  return tooMuch ? [alone(tooMuch), alone(fill(words.preview.letCapAlone, { most }))] : []
}

const alone = (sentence: string): HintLine => ({ sentence, changes: [] })

function emptyLines({ nothing, hints, keyWords }: TopicPreview): HintLine[] {
  if (!nothing) return [alone(words.preview.noPapers)]
  // The warning names absent words, and a hint to allow a word gives the reason by itself.
  const isKnown = keyWords.absent.length > 0 || hints[0]?.way === 'allowed'
  return [...(isKnown ? [] : [alone(words.preview.never)]), ...hints.flatMap(widerLine)]
}

function widerLine({ way, part, term, papers, query }: Hint): HintLine[] {
  if (way === 'votes' || way === 'also') return []
  const { sentence, button } = words.preview.wider
  const values = { part, term, papers: papersText(papers) }
  return [{ sentence: fill(sentence[way], values), changes: changesOf(fill(button[way], values), query) }]
}

const changesOf = (text: string, query: string | null): Change[] => (query === null ? [] : [{ text, query }])

function wideLines(preview: Preview, topic: TopicPreview, most: number): HintLine[] {
  const { also, letCap } = words.preview
  const isAlso = ({ way }: Hint) => way === 'also'
  const further = topic.hints.filter(isAlso).map(({ part, papers, query }) => {
    const text = fill(also.button, { part, pace: paceText(preview, papers) })
    return changesOf(text, query)
  })
  return [
    alone(tooMuchOf(preview, topic, most) ?? ''),
    ...topic.hints.filter((hint) => !isAlso(hint)).flatMap((hint) => narrowerLine(preview, hint)),
    ...(further.length > 0 ? [{ sentence: also.sentence, changes: further.flat() }] : []),
    alone(fill(letCap, { most })),
  ]
}

function narrowerLine(preview: Preview, { way, part, term, papers, query }: Hint): HintLine[] {
  if (way !== 'votes' && way !== 'without') return []
  const { sentence, button } = words.preview.narrower
  const values = { part, term, pace: paceText(preview, papers) }
  return [{ sentence: fill(sentence[way], values), changes: changesOf(fill(button[way], values), query) }]
}

/** Null if an email holds them all. */
function tooMuchOf({ weekdays }: Preview, { total }: Met, most: number): string | null {
  const aWeekday = Math.round(total / weekdays)
  if (aWeekday <= most) return null
  return fill(words.preview.tooMuch, { count: papersText(aWeekday), most })
}
