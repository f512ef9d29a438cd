import { expect, test } from 'vitest'
import { isConnectionError } from '../../../../src/core/database/driver-errors.ts'

test.each([
  ['ended without a word', new Error('Connection terminated unexpectedly')],
  ['used after its end', new Error('Client was closed and is not queryable')],
  ['a broken pipe', Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })],
  ['each address refused', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
])('%s: an error of a connection', (_what, error) => expect(isConnectionError(error)).toBe(true))

test.each([
  ['a fault of ours', new TypeError('is not a function')],
  ['a missing file', Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' })],
])('%s is none', (_what, error) => expect(isConnectionError(error)).toBe(false))
