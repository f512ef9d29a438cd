import { expect, test } from 'vitest'
import { readDotEnv } from '../../../src/config/dot-env.ts'

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code })
}

test('`readDotEnv` throws config.unreadable if another user owns .env, and returns nothing without one', () => {
  expect(() => readDotEnv(failing('EACCES'))).toThrow(expect.objectContaining({ code: 'config.unreadable' }))
  expect(() => readDotEnv(failing('EISDIR'))).toThrow('EISDIR')
  expect(readDotEnv(failing('ENOENT'))).toEqual({})
  expect(readDotEnv(() => 'PORT=3001')).toEqual({ PORT: '3001' })
})
