import { lookup } from 'node:dns/promises'
import { isPublicIp } from '../../core/ip-networks.ts'

/**
 * Whether a redirect from another host may lead to this address: only the operator may name a host in a private
 * network. It must be https at port 443, whose certificate proves that the host is the one whose name was looked up.
 */
export async function isPublicHttps(url: URL): Promise<boolean> {
  if (url.protocol !== 'https:' || url.port !== '' || url.username || url.password) return false
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.length > 0 && found.every(({ address }) => isPublicIp(address))
}
