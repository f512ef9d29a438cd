import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Lab } from '../../year/lab.ts'
import { play } from '../../year/play.ts'

function sampleLab() {
  const lab = { stops: 0, logs: 0 }
  const parts = {
    compose: { run: async () => String(lab.logs++) },
    stop: async () => void lab.stops++,
  }
  return { lab, parts: parts as unknown as Lab }
}
const forever = () => new Promise<void>(() => {})

test('`play` stops the lab after the last step', async () => {
  const { lab, parts } = sampleLab()
  const held = await play(parts, [['one', async () => {}]], () => {}, new AbortController().signal)
  expect({ held, ...lab }).toEqual({ held: 1, stops: 1, logs: 0 })
})

test('`play` prints the log of the service and stops the lab after a step that fails', async () => {
  const { lab, parts } = sampleLab()
  const fails = () => Promise.reject(new Error('not so'))
  const steps: Parameters<typeof play>[1] = [
    ['one', fails],
    ['two', forever],
  ]
  expect(await play(parts, steps, () => {}, new AbortController().signal)).toBe(0)
  expect(lab).toEqual({ stops: 1, logs: 1 })
})

test('`play` stops the lab on an abort during a step, and begins no other', async () => {
  const { lab, parts } = sampleLab()
  const stopping = new AbortController()
  const said: string[] = []
  const steps: Parameters<typeof play>[1] = [
    ['one', async () => {}],
    ['two', forever],
    ['three', forever],
  ]
  const playing = play(parts, steps, (text) => said.push(text), stopping.signal)
  await sleep(0)
  stopping.abort(new Error('Stopped by SIGTERM.'))
  expect(await playing).toBe(1)
  expect(lab).toEqual({ stops: 1, logs: 0 })
  expect(said.join('\n')).not.toContain('three')
})

test('`play` begins no step if it was aborted before', async () => {
  const { lab, parts } = sampleLab()
  const signal = AbortSignal.abort(new Error('Stopped by SIGINT.'))
  expect(await play(parts, [['one', forever]], () => {}, signal)).toBe(0)
  expect(lab).toEqual({ stops: 1, logs: 0 })
})
