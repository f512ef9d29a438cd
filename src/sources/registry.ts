import { Fault } from '../core/errors.ts'
import { arxiv } from './arxiv/arxiv.ts'
import { biorxiv } from './biorxiv/biorxiv.ts'
import { medrxiv } from './biorxiv/medrxiv.ts'
import { huggingface } from './huggingface/huggingface.ts'
import { openalex } from './openalex/openalex.ts'
import { rss } from './rss/rss.ts'
import type { FetchPolicy, Source } from './source.ts'

export const SOURCES = [
  huggingface,
  arxiv,
  biorxiv,
  medrxiv,
  openalex,
  rss,
] as const satisfies readonly Source[]

type KeysOf<T> = T extends T ? keyof T : never

export type BaseUrlSetting = KeysOf<(typeof SOURCES)[number]['baseUrls']>

/** The base addresses that apply unless a setting overrides them. */
export const DEFAULT_BASE_URLS = Object.assign({}, ...SOURCES.map(({ baseUrls }) => baseUrls)) as Record<
  BaseUrlSetting,
  string
>

/** Picks only the base addresses from the settings. */
export const baseUrlsIn = (
  settings: Readonly<Record<BaseUrlSetting, string>>,
): Record<BaseUrlSetting, string> =>
  Object.fromEntries(
    Object.keys(DEFAULT_BASE_URLS).map((name) => [name, settings[name as BaseUrlSetting]]),
  ) as Record<BaseUrlSetting, string>

/**
 * Splits a list of sources. A URL or filter may contain commas: a comma ends it only before the name of a source, as in
 * "rss:https://example.org/?a=1,2,arxiv:cs.CL".
 */
export function splitSourceNames(text: string, sources: readonly Source[] = SOURCES): string[] {
  const names = sources.map(({ name }) => name).join('|')
  const beforeName = new RegExp(String.raw`,(?=\s*(?:${names})\s*(?:[:,]|$))`, 'i')
  const takesFreeText = (part: string) =>
    sources.some(({ name, sections }) => sections?.freeText && part.toLowerCase().startsWith(`${name}:`))
  return text
    .split(beforeName)
    .map((part) => part.trim())
    .flatMap((part) => (takesFreeText(part) ? [part.replace(/[\s,]+$/, '')] : part.split(',')))
    .map((part) => part.trim())
    .filter(Boolean)
}

/** The key of the source's service, from the settings. */
export const keyFor = (
  { keySetting }: Source,
  settings: Readonly<Partial<Record<NonNullable<Source['keySetting']>, string>>>,
): string | undefined => keySetting && settings[keySetting]

export interface NamedSource {
  source: Source
  section?: string
}

/** Parses "huggingface" and "arxiv:cs.CL", in any case; undefined for an unknown source or section. */
export function parseSourceName(text: string): NamedSource | undefined {
  const [name = '', ...rest] = text.split(':')
  const source: Source | undefined = SOURCES.find((one) => one.name === name.toLowerCase())
  if (rest.length === 0) return source && !source.sections?.required ? { source } : undefined
  const section = source?.sections?.parse(rest.join(':'))
  return source && section ? { source, section } : undefined
}

/** The spelling of a source name in the database: "arxiv:cs.CL" for "arXiv:CS.cl"; undefined for an unknown source. */
export function canonicalSourceName(text: string): string | undefined {
  const named = parseSourceName(text)
  return named && sourceNameOf(named)
}

/** "arxiv:cs.CL" */
export const sourceNameOf = ({ source, section }: NamedSource): string =>
  [source.name, section].filter(Boolean).join(':')

/** Throws source.unknown. */
export function requireSource(text: string): NamedSource {
  const named = parseSourceName(text)
  if (!named) throw new Fault('source.unknown', { source: text, known: SOURCE_NAME_EXAMPLES })
  return named
}

/** The fetch policy, with the service of the section if sections differ. */
export function fetchPolicyOf({ source, section }: NamedSource): FetchPolicy {
  const { fetchPolicy, sections } = source
  const service = section && sections?.serviceOf?.(section)
  return service ? { ...fetchPolicy, service } : fetchPolicy
}

const forms = ({ name, sections }: Source): string[] => [
  ...(sections?.required ? [] : [name]),
  ...(sections ? [`${name}:${sections.example}`] : []),
]

/** "huggingface, arxiv:cs.CL": the valid forms of SOURCES, for messages. */
export const SOURCE_NAME_EXAMPLES = SOURCES.flatMap(forms).join(', ')

/** "Hugging Face", "arXiv cs.CL"; an unknown name is returned unchanged. */
export function sourceTitle(text: string): string {
  const { source, section } = parseSourceName(text) ?? {}
  if (!source) return text
  if (section && source.sections?.titleOf) return source.sections.titleOf(section)
  return [source.title, section].filter(Boolean).join(' ')
}

/** A source name as everyone may see it, without what may be a token; an unknown name is returned unchanged. */
export function publicSourceName(text: string): string {
  const { source, section } = parseSourceName(text) ?? {}
  if (!source || !section || !source.sections?.publicForm) return text
  return sourceNameOf({ source, section: source.sections.publicForm(section) })
}

/** "cs.CL" of "arxiv:cs.CL", for a list that begins with "arXiv cs.AI"; the title of a source without sections. */
export function sectionTitle(text: string): string {
  const { source, section } = parseSourceName(text) ?? {}
  return section && !source?.sections?.titleOf ? section : sourceTitle(text)
}

/** What is wrong with a name in SOURCES, for messages: the name without a password, and what its source takes. */
export function wrongSourceName(text: string): string {
  const shown = `"${text.replace(/\/\/[^/@\s]*@/, '//…@')}"`
  const source: Source | undefined = SOURCES.find(({ name }) => text.toLowerCase().startsWith(`${name}:`))
  const takes = source?.sections?.freeText
  return takes ? `${shown} (after "${source.name}:" comes ${takes})` : shown
}
