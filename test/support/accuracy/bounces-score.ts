// The precision and recall of a reader, by the labels of the collection.
import type { CorpusMail, Label } from './bounces-corpus.ts'
import type { Reading, Said } from './bounces-readers.ts'

export interface Score {
  named: number
  dead: number
  precision: number
  recall: number
}

/** A label and what a reader says of its recipient: all that it says of the mail, where their numbers differ. */
export interface Pair {
  file: string
  label: Label
  said: Said[]
}

export const pairsOf = (mails: CorpusMail[], reading: Reading): Pair[] =>
  mails.flatMap(({ file, labels }) => {
    const said = reading.get(file) ?? []
    return labels.map((label, at) => ({
      file,
      label,
      said: said.length === labels.length ? [said[at]!] : said,
    }))
  })

export const isNamed = ({ said }: Pair): boolean => said.some((one) => one.isDead)
export const isAnyFive = ({ said }: Pair): boolean => said.some(({ status }) => status?.startsWith('5'))

export function scoreOf(
  pairs: Pair[],
  isChosen: (pair: Pair) => boolean,
  isDead: (label: Label) => boolean,
): Score {
  const chosen = pairs.filter(isChosen)
  const right = chosen.filter(({ label }) => isDead(label)).length
  const dead = pairs.filter(({ label }) => isDead(label)).length
  return { named: chosen.length, dead, precision: part(right, chosen.length), recall: part(right, dead) }
}

const part = (some: number, all: number): number => (all === 0 ? 1 : Math.round((some / all) * 1000) / 1000)

export interface Found {
  reports: number
  /** The share that names a recipient at all. */
  share: number
  /** The share of reports in which it names all recipients that another reader names. */
  agrees: number | null
}

export function foundIn(mails: CorpusMail[], reading: Reading, other: Reading | string | undefined): Found {
  const reports = mails.filter(({ labels }) => labels.some((label) => label.isFailure))
  const namedBy = (by: Reading, file: string): string[] =>
    (by.get(file) ?? []).flatMap(({ recipient }) => recipient?.toLowerCase() ?? [])
  const compared =
    other instanceof Map
      ? reports.filter(({ file }) => namedBy(other, file).some((one) => one.includes('@')))
      : []
  const agreeing = compared.filter(({ file }) => {
    const ours = namedBy(reading, file)
    return namedBy(other as Reading, file).every((one) => ours.includes(one))
  })
  return {
    reports: reports.length,
    share: part(reports.filter(({ file }) => namedBy(reading, file).length > 0).length, reports.length),
    agrees: other instanceof Map ? part(agreeing.length, compared.length) : null,
  }
}
