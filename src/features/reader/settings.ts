import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import type { FeatureSetting } from '../../config/feature-settings.ts'
import { integerBetween, oneLineSetting } from '../../config/setting-schemas.ts'

declare module '../../config/feature-settings.ts' {
  interface FeatureSettings {
    READER_URL?: string
    READER_MODEL?: string
    READER_KEY?: string
    READER_PER_DAY: number
  }
}

const URL_DESCRIPTION =
  'the base address of an OpenAI-compatible service, such as http://localhost:11434/v1: no query, user or password'

const baseUrl = z
  .string()
  .transform((text) => text.trim().replace(/\/+$/, ''))
  .refine((text) => {
    const url = URL.parse(text)
    return url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !/[?#]/.test(text)
  }, URL_DESCRIPTION)

type Values = Readonly<Record<string, string | undefined>>

function faultOfReader({ READER_URL, READER_MODEL, READER_KEY }: Values) {
  const isAnySet = [READER_URL, READER_MODEL, READER_KEY].some(Boolean)
  const missing = Object.entries({ READER_URL, READER_MODEL }).filter(([, value]) => !value)
  return isAnySet && missing.length > 0
    ? {
        names: missing.map(([name]) => name),
        what: 'set READER_URL and READER_MODEL, or none of the settings READER_…',
      }
    : undefined
}

const MAX_PER_DAY = 1_000_000

export const READER_SETTINGS: readonly FeatureSetting[] = [
  { name: 'READER_URL', takes: baseUrl.optional(), faultBeside: faultOfReader },
  { name: 'READER_MODEL', takes: oneLineSetting('the name of a model of READER_URL').optional() },
  { name: 'READER_KEY', takes: oneLineSetting('the key of READER_URL').optional(), isSecret: true },
  { name: 'READER_PER_DAY', takes: integerBetween(1, MAX_PER_DAY).default(2000) },
]

export interface ReaderSettings {
  /** Without the path of the request. */
  url: string
  model: string
  key?: string
  /** How many papers, and topics to write in English, it gets on a day (UTC). */
  perDay: number
}

/** Where it is, for people. */
export const hostOf = ({ url }: Pick<ReaderSettings, 'url'>): string => new URL(url).host

/** Undefined if no reader is set. */
export const readerSettings = ({
  READER_URL,
  READER_MODEL,
  READER_KEY,
  READER_PER_DAY,
}: Config): ReaderSettings | undefined =>
  READER_URL && READER_MODEL
    ? { url: READER_URL, model: READER_MODEL, key: READER_KEY, perDay: READER_PER_DAY }
    : undefined
