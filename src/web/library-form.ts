import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Fault, FieldFaults } from '../core/errors.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { MAX_ENTRIES } from '../search/library/library-entry.ts'
import type { LibraryProposal } from '../search/library/propose-from-library.ts'
import { isJsonText } from '../search/library/read-library.ts'
import { MAX_TOPICS } from '../subscribers/subscriber.ts'
import { texts } from './request.ts'

/** In bytes: 5 MB, and the other fields of the form. */
export const LIBRARY_LIMIT = 5_250_000

/** A text and a file have the same name; a form may have both. */
export const libraryFields = { library: texts.default([]) }

/** The library in a form: the file, or else the text; empty without both. */
export const textOfLibrary = (library: readonly string[]): string =>
  library.findLast((one) => one.trim() !== '') ?? ''

/** Throws FieldFaults for an empty library. */
export function requireLibrary(text: string): void {
  if (text) return
  throw new FieldFaults([{ field: 'library', fault: new Fault('library.empty') }])
}

/** Reads forms with files as other forms: a file is its text, in UTF-8 or else Windows-1252. */
export function acceptFiles(app: FastifyInstance): void {
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const headers = { 'content-type': request.headers['content-type']! }
      const form = await new Response(new Uint8Array(body), { headers }).formData().catch((cause) => {
        throw new Fault('request.unreadable', { what: 'multipart' }, { cause })
      })
      const fields: Record<string, string[]> = Object.create(null)
      for (const [name, value] of form) {
        fields[name] ??= []
        fields[name].push(typeof value === 'string' ? value : decode(await value.arrayBuffer()))
      }
      return Object.fromEntries(
        Object.entries(fields).map(([name, all]) => [name, all.length > 1 ? all : all[0]]),
      )
    },
  )
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** The proposed queries besides those that are `taken`, as many as a subscriber may still have. */
export function freshQueries({ topics }: LibraryProposal, taken: readonly string[]): string[] {
  const fresh = topics.map(({ query }) => query).filter((query) => !taken.includes(query))
  return fresh.slice(0, Math.max(0, MAX_TOPICS - taken.length))
}

export const NO_LIBRARY = { pasted: '', skippedHeading: '', skipped: [] as string[] }

const MAX_SHOWN = 10

/**
 * The part of a form for a library: what was read and skipped, and the text again if no topic came of it. `added`: how
 * many of the topics are new.
 */
export function libraryView(text: string, { topics, entries, bad, count }: LibraryProposal, added: number) {
  const { done, none, taken, tooMany, line, item, more, reasons, skipped } = words.library
  const papers = counted(entries, words.counts.paper)
  const sentence = added > 0 ? done : topics.length > 0 ? taken : none
  const said = fill(sentence, { topics: counted(added, words.counts.topic), papers })
  const shown = bad
    .slice(0, MAX_SHOWN)
    .map((one) => fill(isJsonText(text) ? item : line, { line: one.line, reason: reasons[one.reason] }))
  return {
    pasted: topics.length > 0 ? '' : text,
    said: count > MAX_ENTRIES ? `${said} ${fill(tooMany, { most: MAX_ENTRIES, count })}` : said,
    skippedHeading: bad.length > 0 ? counted(bad.length, skipped) : '',
    skipped: bad.length > MAX_SHOWN ? [...shown, counted(bad.length - MAX_SHOWN, more)] : shown,
  }
}
