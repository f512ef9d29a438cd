import { expect, test } from 'vitest'
import { isConnectionError } from '../../../../src/core/database/driver-errors.ts'

test.each([
  ['ended without a word', new Error('Connection terminated unexpectedly')],
  ['used after its end', new Error('Client was closed and is not queryable')],
  ['a broken pipe', Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })],
  ['each address refused', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
  ['no address reached', new AggregateError([new Error('no 1'), new Error('no 2')])],
  ['no free port', Object.assign(new Error('x'), { code: 'EADDRNOTAVAIL', syscall: 'connect' })],
  [
    'ended before TLS',
    Object.assign(new Error('Client network socket disconnected'), { code: 'ECONNRESET' }),
  ],
  ['a stream that was closed', Object.assign(new Error('x'), { code: 'ERR_STREAM_DESTROYED' })],
  ['no password', new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')],
])('%s: an error of a connection', (_what, error) => expect(isConnectionError(error)).toBe(true))

test.each([
  ['a fault of ours', new TypeError('is not a function')],
  ['a missing file', Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open', path: 'x' })],
])('%s is none', (_what, error) => expect(isConnectionError(error)).toBe(false))
