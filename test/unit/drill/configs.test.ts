import { describe, expect, test } from 'vitest'
import {
  etcdSettings,
  haproxyConfig,
  type Place,
  patroniConfig,
  pgbouncerConfig,
} from '../../drill/configs.ts'

const addresses = ['198.18.7.11', '198.18.7.12', '198.18.7.13']
const place = (node: number, changes: Partial<Place> = {}): Place => ({
  addresses,
  node,
  folder: `/drill/db${node + 1}`,
  bin: '/opt/postgres/bin',
  isSynchronous: true,
  ...changes,
})

describe('`etcdSettings`', () => {
  test('gives each node its own name, addresses and folder', () => {
    expect(etcdSettings(place(1))).toMatchObject({
      ETCD_NAME: 'db2',
      ETCD_DATA_DIR: '/drill/db2/etcd',
      ETCD_LISTEN_CLIENT_URLS: 'http://198.18.7.12:2379',
      ETCD_ADVERTISE_CLIENT_URLS: 'http://198.18.7.12:2379',
    })
  })

  test('keeps the list of all three nodes the same on each', () => {
    const lists = [0, 1, 2].map((node) => etcdSettings(place(node)).ETCD_INITIAL_CLUSTER)
    const all = addresses.map((address, n) => `db${n + 1}=http://${address}:2380`).join(',')
    expect(lists).toEqual([all, all, all])
  })
})

describe('`patroniConfig`', () => {
  test('has the name, address and folders of the node', () => {
    const text = patroniConfig(place(2))
    expect(text).toMatch(/^name: db3$/m)
    expect(text).toMatch(/^ {2}connect_address: 198\.18\.7\.13:5432$/m)
    expect(text).toMatch(/^ {2}data_dir: \/drill\/db3\/data$/m)
    expect(text).toMatch(/^ {2}bin_dir: \/opt\/postgres\/bin$/m)
    expect(text).toMatch(/hosts: 198\.18\.7\.11:2379,198\.18\.7\.12:2379,198\.18\.7\.13:2379$/m)
  })

  test.each([true, false])('says whether commits wait for a standby: %s', (isSynchronous) => {
    expect(patroniConfig(place(0, { isSynchronous }))).toMatch(
      new RegExp(`^ {4}synchronous_mode: ${isSynchronous}$`, 'm'),
    )
  })
})

test('no file keeps an address or a folder of the recipe', () => {
  const texts = [0, 1, 2].flatMap((node) => [
    JSON.stringify(etcdSettings(place(node))),
    patroniConfig(place(node)),
  ])
  const all = [...texts, haproxyConfig({ addresses }), pgbouncerConfig('/drill/site').config]
  expect(all.filter((text) => /10\.0\.0\.|= ?\/etc\/|: \/var\/(lib|run)/.test(text))).toEqual([])
})

test('the times in the recipe are valid for Patroni: ttl covers loop_wait and twice retry_timeout', () => {
  const [ttl, loopWait, retryTimeout] = ['ttl', 'loop_wait', 'retry_timeout'].map((name) =>
    Number(new RegExp(`^ +${name}: (\\d+)$`, 'm').exec(patroniConfig(place(0)))?.[1]),
  )
  expect(ttl).toBeGreaterThanOrEqual(loopWait! + 2 * retryTimeout!)
})
