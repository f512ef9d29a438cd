import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Fault, FieldFaults, undefinedIfThrown } from '../core/errors.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { MAX_ENTRIES } from '../search/library/library-entry.ts'
import type { LibraryProposal } from '../search/library/propose-from-library.ts'
import { isJsonText } from '../search/library/read-library.ts'
import { MAX_TOPICS } from '../subscribers/subscriber.ts'
import { texts } from './request.ts'

/** In bytes: 5 MB, and the other fields of the form. Other types of bodies, which are slow to read, have BODY_LIMIT. */
const LIBRARY_LIMIT = 5_250_000
const MAX_PARTS = 500

/** A text and a file have the same name in the form, which may have both; `acceptFiles` tells them apart. */
export const libraryFields = { library: texts.default([]), 'library-file': texts.default([]) }

/** The library of a form. */
export interface SentLibrary {
  /** Of the file, or else as pasted; empty without both. */
  text: string
  isFile: boolean
  /** Empty if nothing was pasted. */
  pasted: string
}

export function libraryOf(fields: Record<keyof typeof libraryFields, readonly string[]>): SentLibrary {
  const [file, pasted] = [fields['library-file'], fields.library].map((sent) =>
    sent.findLast((one) => one.trim() !== ''),
  )
  return { text: file ?? pasted ?? '', isFile: file !== undefined, pasted: pasted ?? '' }
}

/** Throws FieldFaults for an empty library. */
export function requireLibrary({ text }: SentLibrary): void {
  if (text) return
  throw new FieldFaults([{ field: 'library', fault: new Fault('library.empty') }])
}

/**
 * Reads forms with files as other forms: the file NAME is its text in NAME-file, in UTF-16 with a byte order mark, in UTF-8
 * or else Windows-1252.
 */
export function acceptFiles(app: FastifyInstance): void {
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: LIBRARY_LIMIT },
    async (request: FastifyRequest, body: Buffer) => {
      const headers = { 'content-type': request.headers['content-type']! }
      const [, boundary = ''] = /boundary="?([^";]+)/i.exec(headers['content-type']) ?? []
      if (countOf(`\r\n--${boundary}`, body, MAX_PARTS) === MAX_PARTS)
        throw new Fault('request.unreadable', { what: 'multipart' })
      const form = await new Response(new Uint8Array(body), { headers }).formData().catch((cause) => {
        throw new Fault('request.unreadable', { what: 'multipart' }, { cause })
      })
      const fields: Record<string, string[]> = Object.create(null)
      for (const [name, value] of form) {
        const [field, text] =
          typeof value === 'string' ? [name, value] : [`${name}-file`, decode(await value.arrayBuffer())]
        fields[field] ??= []
        fields[field].push(text)
      }
      return Object.fromEntries(
        Object.entries(fields).map(([name, all]) => [name, all.length > 1 ? all : all[0]]),
      )
    },
  )
}

/** How often a text occurs, up to `most`. */
function countOf(text: string, body: Buffer, most: number): number {
  let count = 0
  for (let at = body.indexOf(text); at >= 0 && count < most; at = body.indexOf(text, at + 1)) count++
  return count
}

function decode(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes)
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const text = undefinedIfThrown(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  return text ?? new TextDecoder('windows-1252').decode(bytes)
}

/** The proposed queries besides those that are `taken`, as many as a subscriber may still have. */
export function freshQueries({ topics }: LibraryProposal, taken: readonly string[]): string[] {
  const fresh = (topics ?? []).map(({ query }) => query).filter((query) => !taken.includes(query))
  return fresh.slice(0, Math.max(0, MAX_TOPICS - taken.length))
}

export const NO_LIBRARY = { pasted: '', again: '', skippedHeading: '', skipped: [] as string[] }

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
export function pastedLibrary({ body }: FastifyRequest): ReturnType<typeof keptLibrary> | undefined {
  const { library = [] } = (body ?? {}) as { library?: string | string[] }
  const text = [library].flat().at(-1) ?? ''
  return text.trim() ? keptLibrary({ pasted: text, isFile: false }) : undefined
}

export const isLibraryOpen = (view: Partial<typeof NO_LIBRARY> = {}): boolean =>
  Boolean(view.pasted || view.again || view.skippedHeading)

const MAX_SHOWN = 10

/**
 * The part of a form for a library: what was read and skipped, and the text again if no topic came of it. `added`: how
 * many of the topics are new.
 */
export function libraryView(library: SentLibrary, proposal: LibraryProposal, added: number) {
  const { line, item, more, reasons, skipped } = words.library
  const { topics, bad } = proposal
  const shown = bad
    .slice(0, MAX_SHOWN)
    .map((one) =>
      fill(isJsonText(library.text) ? item : line, { line: one.line, reason: reasons[one.reason] }),
    )
  return {
    ...((!topics?.length || (library.isFile && library.pasted)) && keptLibrary(library)),
    said: [whatWasFound(proposal, added), whatWasNotRead(proposal)].filter(Boolean).join(' '),
    skippedHeading: bad.length > 0 ? counted(bad.length, skipped) : '',
    skipped: bad.length > MAX_SHOWN ? [...shown, counted(bad.length - MAX_SHOWN, more)] : shown,
  }
}

function whatWasFound({ topics, entries }: LibraryProposal, added: number): string {
  const { done, none, taken, noTime } = words.library
  const values = { topics: counted(added, words.counts.topic), papers: counted(entries, words.counts.paper) }
  if (topics === null) return fill(noTime, values)
  if (added > 0) return fill(done, values)
  return fill(topics.length > 0 ? taken : none, values)
}

/** Empty if all entries were read. */
function whatWasNotRead({ count, reached }: LibraryProposal): string {
  const { tooMany, tooSlow } = words.library
  if (reached < Math.min(count, MAX_ENTRIES)) return fill(tooSlow, { reached, count })
  return count > MAX_ENTRIES ? fill(tooMany, { most: MAX_ENTRIES, count }) : ''
}
