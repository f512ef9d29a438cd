import { describe, expect, test } from 'vitest'
import { replied, statusOf, useRawClients } from '../../../support/raw-clients.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite({ TRUST_PROXY: '127.0.0.1' })
const { beginPost, beginMany } = useRawClients(site)

const REFERENCES = '@article{a, title={Linear attention for long sequences}}\n'

const uploadBody = (text: string): string =>
  `--x\r\nContent-Disposition: form-data; name="library"\r\n\r\n${text}\r\n--x--\r\n`

describe('an idle upload', () => {
  const upload = async (ip: string) => {
    const body = uploadBody(REFERENCES)
    const one = await beginPost({ path: '/subscribe/library', ip, length: body.length })
    one.socket.write(body)
    await replied(one)
    return statusOf(one)
  }

  test('does not refuse an upload from another network, or from its own', async () => {
    const ips = Array.from({ length: 8 }, (_, n) => `198.51.${n % 4}.7`)
    await beginMany('/subscribe/library', ips, 5_000_000)
    expect([await upload('203.0.113.1'), await upload(ips[0]!)]).toEqual([200, 200])
  })

  test('is ended before one that arrives', async () => {
    const body = uploadBody(`${REFERENCES}${'%'.repeat(200_000)}`)
    const steady = await beginPost({ path: '/subscribe/library', ip: '203.0.113.1', length: body.length })
    const ips = Array.from({ length: 20 }, (_, n) => `198.51.${n}.7`)
    steady.socket.write(body.slice(0, 100_000))
    await beginMany('/subscribe/library', ips, 5_000_000)
    steady.socket.write(body.slice(100_000))
    await replied(steady)
    expect(statusOf(steady)).toBe(200)
  })
})
