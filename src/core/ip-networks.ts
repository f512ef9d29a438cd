import { BlockList, isIPv6 } from 'node:net'

type Network = readonly [network: string, bits: number]

/** Networks of one organisation or machine. What is sent there does not pass through the public internet. */
const PRIVATE: readonly Network[] = [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
]

/**
 * Other networks that are not on the public internet, or lead through a translator or tunnel to any IPv4 address:
 * https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.
 */
const SPECIAL: readonly Network[] = [
  ['0.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4')

function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList()
  for (const [network, bits] of networks) list.addSubnet(network, bits, familyOf(network))
  return list
}

const privateNetworks = blockListOf(PRIVATE)
const specialNetworks = blockListOf(SPECIAL)

/** Whether an IP address is in a private network. An IPv4 address in IPv6 form counts as that IPv4 address. */
export const isPrivateIp = (address: string): boolean => privateNetworks.check(address, familyOf(address))

/** Whether an IP address is on the public internet. An IPv4 address in IPv6 form counts as that IPv4 address. */
export const isPublicIp = (address: string): boolean =>
  !isPrivateIp(address) && !specialNetworks.check(address, familyOf(address))
