import { Fault } from '../core/errors.ts'
import { arxiv } from './arxiv/arxiv.ts'
import { biorxiv } from './biorxiv/biorxiv.ts'
import { huggingface } from './huggingface/huggingface.ts'
import type { Source } from './source.ts'

export const SOURCES = [huggingface, arxiv, biorxiv] as const satisfies readonly Source[]

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

const forms = ({ name, sections }: Source): string[] => [
  ...(sections?.required ? [] : [name]),
  ...(sections ? [`${name}:${sections.example}`] : []),
]

/** "huggingface, arxiv:cs.CL": the valid forms of SOURCES, for messages. */
export const SOURCE_NAME_EXAMPLES = SOURCES.flatMap(forms).join(', ')

/** "Hugging Face", "arXiv cs.CL"; an unknown name is returned unchanged. */
export function sourceTitle(text: string): string {
  const { source, section } = parseSourceName(text) ?? {}
  return source ? [source.title, section].filter(Boolean).join(' ') : text
}
