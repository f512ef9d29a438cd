import { z } from 'zod'
import {
  type BaseUrlSetting,
  canonicalSourceName,
  DEFAULT_BASE_URLS,
  SOURCE_NAME_EXAMPLES,
  splitSourceNames,
  wrongSourceName,
} from '../sources/registry.ts'
import { httpUrl } from './setting-schemas.ts'

const sourceAddresses = Object.fromEntries(
  Object.entries(DEFAULT_BASE_URLS).map(([name, address]) => [name, httpUrl.default(address)]),
) as Record<BaseUrlSetting, z.ZodDefault<typeof httpUrl>>

export const sourceSettings = {
  SOURCES: z
    .string()
    .default('huggingface')
    .transform((text) => splitSourceNames(text))
    .superRefine((names, context) => {
      const wrong = names.filter((name) => !canonicalSourceName(name)).map(wrongSourceName)
      const not = wrong.length > 0 ? `, and not ${wrong.join(', ')}` : ''
      if (names.length === 0 || not)
        context.addIssue({
          code: 'custom',
          message: `a comma-separated list of sources such as ${SOURCE_NAME_EXAMPLES}${not}`,
        })
    })
    .transform((names) => [...new Set(names.map((name) => canonicalSourceName(name) ?? name))]),
  ...sourceAddresses,
  OPENALEX_KEY: z
    .string()
    .regex(/^[!-~]+$/, 'a key from openalex.org/settings/api, without blanks')
    .optional(),
}
