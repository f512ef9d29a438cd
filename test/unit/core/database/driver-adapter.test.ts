import { expect, test } from 'vitest'
import { withErrorCodes } from '../../../../src/core/database/driver-adapter.ts'

/** An adapter that connects, begins a transaction and asks; each step may fail. */
const failing = (error: unknown) => ({
  provider: 'postgres',
  connect: async () => ({
    queryRaw: async () => {
      throw error
    },
    startTransaction: async () => ({
      queryRaw: async () => ({ rows: [] }),
      commit: async () => {
        throw error
      },
    }),
  }),
})

async function thrownFrom(error: unknown): Promise<unknown[]> {
  const adapter = await withErrorCodes(failing(error)).connect()
  const transaction = await adapter.startTransaction()
  return Promise.all([adapter.queryRaw(), transaction.commit()].map((step) => step.catch((thrown) => thrown)))
}

const systemError = (code: string) =>
  Object.assign(new TypeError(code), { code, syscall: 'write', errno: -1 })

test.each([
  [
    'ended without a word',
    new Error('Connection terminated unexpectedly'),
    'Connection terminated unexpectedly',
  ],
  ['a broken pipe', systemError('EPIPE'), 'EPIPE'],
  ['each address refused', new AggregateError([new Error('no 1'), new Error('no 2')]), 'no 1; no 2'],
])('%s is a connection failure, also in a transaction', async (_what, error, message) => {
  for (const thrown of await thrownFrom(error)) {
    expect(thrown).toMatchObject({
      name: 'DriverAdapterError',
      cause: { kind: 'postgres', originalCode: '08006', originalMessage: message },
    })
  }
})

test.each([
  ['an error of our code', new TypeError('is not a function')],
  [
    'what has a code already',
    Object.assign(new Error('x'), { name: 'DriverAdapterError', cause: { kind: 'x' } }),
  ],
])('%s stays as it is', async (_what, error) => {
  for (const thrown of await thrownFrom(error)) expect(thrown).toBe(error)
})

test('properties that are not methods are passed through', () =>
  expect(withErrorCodes(failing(0)).provider).toBe('postgres'))
