import { fill, listed, words } from '../i18n/words.ts'
import { parseSourceName, sourceTitle } from '../sources/registry.ts'

const MAX_NAMES = 3
const ARXIV = 'arXiv'

/** The services of these sources, each once. The papers of Hugging Face are those of arXiv. */
export function servicesOf(sources: readonly string[]): string[] {
  return [...new Set(sources.flatMap(servicesOfSource))]
}

function servicesOfSource(name: string): string[] {
  const { source } = parseSourceName(name) ?? {}
  if (!source) return []
  // Each feed is a service of its own.
  if (source.sections?.serviceOf) return [sourceTitle(name)]
  return source.name === 'huggingface' ? [source.title, ARXIV] : [source.title]
}

/** "Papers from Hugging Face and arXiv, not affiliated with either."; empty without a service. */
export function attributionOf(services: readonly string[]): string {
  const { one, both, several, others } = words.attribution
  if (services.length === 0) return ''
  const sentence = services.length === 1 ? one : services.length === 2 ? both : several
  const more = services.length > MAX_NAMES ? [others] : []
  return fill(sentence, { services: listed([...services.slice(0, MAX_NAMES), ...more]) })
}

/** `attributionOf`, with thanks to arXiv if its papers are among them. */
export function attributionWithThanks(services: readonly string[]): string {
  const thanks = services.includes(ARXIV) ? [words.attribution.thanks] : []
  return [attributionOf(services), ...thanks].filter(Boolean).join(' ')
}
