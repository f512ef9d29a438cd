export type Random = () => number

/** What a source answers, as it was recorded. */
export interface Page {
  format: 'json' | 'xml'
  text: string
}

export interface Served {
  status: number
  headers: Record<string, string>
  body: Buffer
  /** It must not be taken for a valid response. */
  unusable?: boolean
  /** Byte by byte until after the time limit; or less than it promised. */
  manner?: 'drips' | 'hangs up'
}

/** Only the text if nothing else changes. Undefined if the page has nothing that it could change. */
type Mutation = (page: Page, random: Random) => string | Partial<Served> | undefined
export type Mutations = Record<string, Mutation>

export const below = (random: Random, most: number): number => Math.floor(random() * most)
export const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)]!

/** A little less than the longest answer that is read of those who write it. */
export const NEARLY_ALL = { json: 3_800_000, xml: 5_800_000 }

const TYPES = { json: 'application/json; charset=utf-8', xml: 'text/xml; charset=utf-8' }

/** The page as a working server sends it, except for `change`. */
export const served = ({ format, text }: Page, otherwise: Partial<Served> = {}): Served => ({
  status: 200,
  headers: { 'content-type': TYPES[format] },
  body: Buffer.from(text),
  ...otherwise,
})
