import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const RECIPE = resolve(import.meta.dirname, '../../docs/recipes/failover')

/** The addresses of the recipe, in the order of the database nodes. */
const RECIPE_ADDRESSES = ['10.0.0.11', '10.0.0.12', '10.0.0.13']
const RECIPE_NETWORK = '10.0.0.0/24'

/** Of the database's user; the roles of Patroni have others. */
export const PASSWORD = 'drill-papers'

export interface Place {
  /** The addresses of the database nodes. */
  addresses: readonly string[]
  /** The node whose files are written, from 0. */
  node: number
  /** Of the node, for its data. */
  folder: string
  /** Of Postgres' programs. */
  bin: string
  isSynchronous: boolean
}

const read = (file: string): string => readFileSync(join(RECIPE, file), 'utf8')

/** Replaces each text, which must be there. */
function replaceAll(text: string, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`the recipe has no "${from}"`)
    return changed.replaceAll(from, to)
  }, text)
}

/**
 * The recipe has the file of db1: its own address is the first one, except in the lists of all three. Returns it with the
 * addresses and the name of another node.
 */
function ofNode(text: string, { addresses, node }: Pick<Place, 'addresses' | 'node'>): string {
  const own = RECIPE_ADDRESSES[0]!
  return text
    .split('\n')
    .map((line) => {
      if (RECIPE_ADDRESSES.slice(1).some((other) => line.includes(other)))
        return RECIPE_ADDRESSES.reduce((changed, from, n) => changed.replaceAll(from, addresses[n]!), line)
      return line.replaceAll(own, addresses[node]!).replace(/^(name: |ETCD_NAME=)db1$/, `$1db${node + 1}`)
    })
    .join('\n')
}

/** The environment of etcd. */
export function etcdSettings(place: Place): Record<string, string> {
  const text = replaceAll(ofNode(read('etcd'), place), [['/var/lib/etcd/papers', `${place.folder}/etcd`]])
  const lines = text.split('\n').filter((line) => /^ETCD_/.test(line))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

export function patroniConfig(place: Place): string {
  const network = `${place.addresses[0]!.split('.').slice(0, 3).join('.')}.0/24`
  return replaceAll(ofNode(read('patroni.yml'), place), [
    [RECIPE_NETWORK, network],
    ['/var/lib/postgresql/17/papers', `${place.folder}/data`],
    ['/usr/lib/postgresql/17/bin', place.bin],
    ['/var/run/postgresql', place.folder],
    ['synchronous_mode: true', `synchronous_mode: ${place.isSynchronous}`],
  ])
}

export function haproxyConfig({ addresses }: Pick<Place, 'addresses'>): string {
  return replaceAll(
    read('haproxy.cfg'),
    RECIPE_ADDRESSES.map((from, n) => [from, addresses[n]!] as const),
  )
}

/** The pooler's file, and that of its users. */
export function pgbouncerConfig(folder: string): { config: string; users: string } {
  const config = replaceAll(read('pgbouncer.ini'), [
    ['/etc/pgbouncer/userlist.txt', `${folder}/userlist.txt`],
  ])
  return { config, users: `"papers" "${PASSWORD}"\n` }
}
