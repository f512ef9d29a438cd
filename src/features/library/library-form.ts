import { Fault, FieldFaults } from '../../core/errors.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import { topicName } from '../../queries/language/topic-name.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { MAX_TOPICS } from '../../subscribers/subscriber.ts'
import { formText, texts } from '../../web/request.ts'
import { MAX_LIBRARY_ENTRIES } from './library-entry.ts'
import { libraryErrors } from './library-errors.ts'
import type { LibraryTopic } from './library-topics.ts'
import type { LibraryProposal } from './propose-from-library.ts'
import { isJsonText } from './read-library.ts'

/** A text and a file have the same name in the form, which may have both; `acceptFiles` tells them apart. */
export const libraryFields = {
  library: texts.default([]),
  'library-file': texts.default([]),
  /** The query of an offer whose button was pressed. */
  offer: formText.default(''),
  /** The offers that the form showed, as `offerText` writes them. */
  offered: texts.default([]),
}

/** The library of a form. */
export interface SentLibrary {
  /** Of the file, or else as pasted; empty without both. */
  text: string
  isFile: boolean
  /** Empty if nothing was pasted. */
  pasted: string
}

export function libraryOf(fields: Record<'library' | 'library-file', readonly string[]>): SentLibrary {
  const [file, pasted] = [fields['library-file'], fields.library].map((sent) =>
    sent.findLast((one) => one.trim() !== ''),
  )
  return { text: file ?? pasted ?? '', isFile: file !== undefined, pasted: pasted ?? '' }
}

/** Throws FieldFaults for an empty library. */
export function requireLibrary({ text }: SentLibrary): void {
  if (text) return
  throw new FieldFaults([{ field: 'library', fault: new Fault(libraryErrors['library.empty']) }])
}

/** The proposed topics besides those that are `taken`, as many as a subscriber may still have. */
export function freshTopics({ found }: LibraryProposal, taken: readonly string[]): LibraryTopic[] {
  const fresh = (found?.topics ?? []).filter((topic) => isFresh(topic, taken))
  return fresh.slice(0, Math.max(0, MAX_TOPICS - taken.length))
}

/** Whether no topic asks for the same, in quotes or without. */
const isFresh = ({ query }: Offer, taken: readonly string[]): boolean =>
  !taken.some((one) => withoutQuotes(one) === withoutQuotes(query))

const withoutQuotes = (query: string): string => query.replaceAll('"', '').toLowerCase()

export const queriesOf = (topics: readonly LibraryTopic[]): string[] => topics.map(({ query }) => query)

/** What came of a library, or of the button of an offer. */
export type ShownLibrary = Partial<ReturnType<typeof libraryView>> & { said: string; learn?: boolean }

export const NO_LIBRARY = {
  pasted: '',
  again: '',
  skippedHeading: '',
  skipped: [] as string[],
  /** What each proposed topic covers and brings. */
  proposed: [] as string[],
  offers: [] as OfferView[],
  /** Empty if the offers bring papers. */
  offersNote: '',
}

/**
 * In bytes, as a form sends it. The form's other buttons send the pasted text too, to routes that accept BODY_LIMIT.
 */
const MAX_KEPT = 60_000

/** The pasted text for the field, for another try; for a file or a long text, a sentence. */
export function keptLibrary({ isFile, pasted }: Omit<SentLibrary, 'text'>) {
  const isShort =
    pasted.length <= MAX_KEPT &&
    `${new URLSearchParams({ library: pasted.replace(/\r?\n/g, '\r\n') })}`.length <= MAX_KEPT
  if (!isShort) return { pasted: '', again: words.library.pasteAgain }
  return { pasted, again: isFile ? words.library[pasted ? 'fileOnly' : 'chooseAgain'] : '' }
}

/** What the other buttons of a form sent in the field of the library: it stays there. */
export function pastedLibrary({
  library,
}: Readonly<Record<string, unknown>>): ReturnType<typeof keptLibrary> | undefined {
  // The name of a file follows it.
  const text = String([library ?? []].flat()[0] ?? '')
  return text.trim() ? keptLibrary({ pasted: text, isFile: false }) : undefined
}

export const isLibraryOpen = (view: Partial<typeof NO_LIBRARY> = {}): boolean =>
  Boolean(view.pasted || view.again || view.skippedHeading)

const MAX_SHOWN = 10
const DAYS = counted(MAX_DAYS, words.counts.day)

/** A phrase or an author of a library, as a button. */
type OfferView = ReturnType<typeof offerView>

const offerView = ({ query, papers }: Offer) => ({
  query,
  text: topicName({ name: query, query }),
  rate:
    papers > 0 ? fill(words.library.brings, { papers: counted(papers, words.counts.paper), days: DAYS }) : '',
  field: `${papers} ${query}`,
})

type Offer = Pick<LibraryTopic, 'query' | 'papers'>

function offersView(offers: readonly Offer[], taken: readonly string[]) {
  const shown = offers.filter((offer) => isFresh(offer, taken)).slice(0, MAX_SHOWN)
  const isEmpty = shown.length > 0 && shown.every(({ papers }) => papers === 0)
  return {
    offers: shown.map(offerView),
    offersNote: isEmpty ? fill(words.library.bringNone, { days: DAYS }) : '',
  }
}

/** The part of a form for a library after the button of an offer: the other offers stay. */
export function libraryAfterOffer(
  { offer, offered }: { offer: string; offered: readonly string[] },
  taken: readonly string[],
) {
  const offers = offered.flatMap((field): Offer[] => {
    const [, papers, query] = /^(\d{1,6}) (.+)$/s.exec(field) ?? []
    return query ? [{ query, papers: Number(papers) }] : []
  })
  return { said: fill(words.library.added, { query: offer }), ...offersView(offers, [...taken, offer]) }
}

/**
 * The part of a form for a library: what was read and skipped, what the topics bring, and the text again if no topic came
 * of it. `fresh`: the topics that are new. `taken`: the queries that are not.
 */
export function libraryView(
  library: SentLibrary,
  proposal: LibraryProposal,
  { fresh, taken }: { fresh: readonly LibraryTopic[]; taken: readonly string[] },
) {
  const { line, item, more, reasons, skipped } = words.library
  const { found, bad } = proposal
  const shown = bad
    .slice(0, MAX_SHOWN)
    .map((one) =>
      fill(isJsonText(library.text) ? item : line, { line: one.line, reason: reasons[one.reason] }),
    )
  return {
    ...((!found?.topics.length || (library.isFile && library.pasted)) && keptLibrary(library)),
    said: [whatWasFound(proposal, fresh.length), whatWasNotRead(proposal)].filter(Boolean).join(' '),
    skippedHeading: bad.length > 0 ? counted(bad.length, skipped) : '',
    skipped: bad.length > MAX_SHOWN ? [...shown, counted(bad.length - MAX_SHOWN, more)] : shown,
    proposed: fresh.filter(({ entries }) => entries > 1).map(proposedText),
    ...offersView(found?.offers ?? [], taken),
  }
}

const proposedText = ({ query, entries, papers }: LibraryTopic): string =>
  fill(words.library.proposed, {
    query,
    entries: counted(entries, words.library.yours),
    days: DAYS,
    papers: counted(papers, words.counts.paper),
  })

function whatWasFound({ found, entries }: LibraryProposal, added: number): string {
  const { done, none, nothing, taken, noTime } = words.library
  const values = { topics: counted(added, words.counts.topic), papers: counted(entries, words.counts.paper) }
  if (found === null) return fill(noTime, values)
  if (added > 0) return fill(done, values)
  if (found.topics.length > 0) return fill(taken, values)
  return fill(found.offers.length > 0 ? none : nothing, values)
}

/** Empty if all entries were read. */
function whatWasNotRead({ count, reached }: LibraryProposal): string {
  const { tooMany, tooSlow } = words.library
  if (reached < Math.min(count, MAX_LIBRARY_ENTRIES)) return fill(tooSlow, { reached, count })
  return count > MAX_LIBRARY_ENTRIES ? fill(tooMany, { most: MAX_LIBRARY_ENTRIES, count }) : ''
}
