import { lookup } from 'node:dns/promises'
import { BlockList, isIPv6 } from 'node:net'

/** Networks that are not on the public internet, by https://www.iana.org/assignments/iana-ipv4-special-registry. */
const PRIVATE: readonly [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
]

const privateNetworks = new BlockList()
for (const [network, bits] of PRIVATE)
  privateNetworks.addSubnet(network, bits, isIPv6(network) ? 'ipv6' : 'ipv4')

/** Whether an IP address is on the public internet. An IPv4 address in IPv6 form counts as that IPv4 address. */
export const isPublicIp = (address: string): boolean =>
  !privateNetworks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

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
