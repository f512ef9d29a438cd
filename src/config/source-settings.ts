import { z } from 'zod'
import { canonicalSource, KNOWN_SOURCES, SOURCE_ADDRESSES, type SourceAddress } from '../sources/registry.ts'
import { list, webAddress } from './setting-kinds.ts'

const sourceAddresses = Object.fromEntries(
  Object.entries(SOURCE_ADDRESSES).map(([name, address]) => [name, webAddress.default(address)]),
) as Record<SourceAddress, z.ZodDefault<typeof webAddress>>

/** What is read, and where each source is. */
export const sourceSettings = {
  SOURCES: z
    .string()
    .default('huggingface')
    .transform(list)
    .superRefine((names, context) => {
      const wrong = names.filter((name) => !canonicalSource(name)).map((name) => `"${name}"`)
      const not = wrong.length > 0 ? `, and not ${wrong.join(', ')}` : ''
      if (names.length === 0 || not)
        context.addIssue({
          code: 'custom',
          message: `a comma-separated list of sources such as ${KNOWN_SOURCES}${not}`,
        })
    })
    .transform((names) => [...new Set(names.map((name) => canonicalSource(name) ?? name))]),
  ...sourceAddresses,
}
