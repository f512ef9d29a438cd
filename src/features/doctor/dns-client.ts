import { Resolver } from 'node:dns/promises'
import { Fault } from '../../core/errors.ts'

export type DnsResolver = ReturnType<typeof openDnsResolver>

const TIMEOUT_MS = 2000
const TRIES = 2
const NOT_FOUND_CODES = ['ENOTFOUND', 'ENODATA']

/**
 * Queries one resolver. No record is an empty list. Rejects if the resolver does not respond. `server`: "192.0.2.53",
 * "192.0.2.53:5353" or "[2001:db8::1]:53"; by default the resolvers of this machine.
 */
export function openDnsResolver(server?: string) {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  try {
    if (server !== undefined) resolver.setServers([server])
  } catch {
    throw new Fault('usage.wrong', {
      what: '--resolver takes an address, such as 9.9.9.9 or 127.0.0.1:5353',
    })
  }
  return {
    /** Each record as one text; its strings are joined. */
    txt: async (name: string) =>
      (await emptyIfNotFound(name, resolver.resolveTxt(name))).map((strings) => strings.join('')),
    /** Mail exchangers, most preferred first; a null MX has the name "". */
    mx: async (name: string) => {
      const records = await emptyIfNotFound(name, resolver.resolveMx(name))
      return records.sort((a, b) => a.priority - b.priority).map(({ exchange }) => exchange)
    },
  }
}

async function emptyIfNotFound<T>(name: string, asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked
  } catch (error) {
    const code = (error as { code?: string }).code ?? ''
    if (NOT_FOUND_CODES.includes(code)) return []
    throw new Error(`the resolver does not respond for ${name}: ${code}`, { cause: error })
  }
}
