import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Fault } from '../../core/errors.ts'

/** Queries one resolver. No record is an empty list. Rejects if the resolver does not respond. */
export interface DnsResolver {
  /** The resolver's name, for display. */
  name: string
  /** Each record as one text; its strings are joined. */
  txt(name: string): Promise<string[]>
  /** Mail exchangers, most preferred first; a null MX has the name "". */
  mx(name: string): Promise<string[]>
  addresses(name: string): Promise<string[]>
  ptr(ip: string): Promise<string[]>
}

const TIMEOUT_MS = 2000
const TRIES = 2
const NOT_FOUND_CODES = ['ENOTFOUND', 'ENODATA']

/** `server`: "192.0.2.53", "192.0.2.53:5353" or "[2001:db8::1]:53"; by default the resolvers of this machine. */
export function openDnsResolver(server?: string): DnsResolver {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  if (server !== undefined) {
    if (!isServer(server))
      throw new Fault('usage.wrong', {
        what: '--resolver takes an address, such as 9.9.9.9 or 127.0.0.1:5353',
      })
    resolver.setServers([server])
  }
  return {
    name: resolver.getServers().join(', '),
    txt: async (name) =>
      (await emptyIfNotFound(name, resolver.resolveTxt(name))).map((strings) => strings.join('')),
    mx: async (name) => {
      const records = await emptyIfNotFound(name, resolver.resolveMx(name))
      return records.sort((a, b) => a.priority - b.priority).map(({ exchange }) => exchange)
    },
    addresses: async (name) => {
      const both = [
        emptyIfNotFound(name, resolver.resolve4(name)),
        emptyIfNotFound(name, resolver.resolve6(name)),
      ]
      return (await Promise.all(both)).flat()
    },
    ptr: (ip) => emptyIfNotFound(ip, resolver.reverse(ip)),
  }
}

const isServer = (text: string): boolean =>
  isIP(text) > 0 || isIP(/^\[?([^\]]*?)\]?:\d{1,5}$/.exec(text)?.[1] ?? '') > 0

async function emptyIfNotFound<T>(name: string, asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked
  } catch (error) {
    const code = (error as { code?: string }).code ?? ''
    if (NOT_FOUND_CODES.includes(code)) return []
    throw new Error(`the resolver does not respond for ${name}: ${code}`, { cause: error })
  }
}
