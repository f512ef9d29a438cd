const cleanups = new Set<() => unknown>()

/** Registers what to end when the battery ends or is interrupted. Call the returned function once it has ended. */
export function atEndOfRun(cleanup: () => unknown): () => void {
  cleanups.add(cleanup)
  return () => void cleanups.delete(cleanup)
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

/** Ends what the cases left running: servers, services, databases. */
export async function runCleanups(): Promise<void> {
  await Promise.allSettled([...cleanups].map((cleanup) => cleanup()))
}

/** On SIGINT and SIGTERM: calls `tell`, ends what the cases started, then ends this process. */
export function endWithSignals(tell: () => void): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, async () => {
      tell()
      await runCleanups()
      process.exit(code)
    })
  }
}
