import { expect, test } from 'vitest'
import { parseDotEnv, readDotEnv } from '../../../src/config/dot-env.ts'

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code })
}

test('`readDotEnv` throws config.unreadable if another user owns .env, and returns nothing without one', () => {
  expect(() => readDotEnv(failing('EACCES'))).toThrow(expect.objectContaining({ code: 'config.unreadable' }))
  expect(() => readDotEnv(failing('EISDIR'))).toThrow('EISDIR')
  expect(readDotEnv(failing('ENOENT'))).toEqual({})
  expect(readDotEnv(() => 'PORT=3001')).toEqual({ PORT: '3001' })
})

test.each([
  ['SITE_COLOR=#12564f', { SITE_COLOR: '#12564f' }],
  ['SITE_COLOR = #12564f   # green', { SITE_COLOR: '#12564f' }],
  ['SOURCES=arxiv:cs.CL,rss:https://a.example/1#One,rss:https://b.example/?x=1#The "other" one', undefined],
  [
    "SOURCES=rss:https://a.example/1#Nature's\nPORT=3001",
    { SOURCES: "rss:https://a.example/1#Nature's", PORT: '3001' },
  ],
  ['SOURCES=huggingface # the default', { SOURCES: 'huggingface' }],
  ['SOURCES="rss:https://a.example/1#One"', { SOURCES: 'rss:https://a.example/1#One' }],
  [
    'SOURCES=rss:https://a.example/1#One\r\nPORT=3001',
    { SOURCES: 'rss:https://a.example/1#One', PORT: '3001' },
  ],
  ['SOURCES=\nPORT=3001 # SOURCES=a#b', { SOURCES: '', PORT: '3001' }],
])('`parseDotEnv` reads %j whole', (text, expected) => {
  expect(parseDotEnv(text)).toEqual(expected ?? { SOURCES: text.slice('SOURCES='.length) })
})
