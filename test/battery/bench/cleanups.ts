const cleanups = new Set<() => unknown>()

/** What is to end where the battery is interrupted; call what comes back once it has ended. */
export function endIfInterrupted(cleanup: () => unknown): () => void {
  cleanups.add(cleanup)
  return () => void cleanups.delete(cleanup)
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

/** Ends what the cases left running. */
export async function endWhatIsLeft(): Promise<void> {
  await Promise.allSettled([...cleanups].map((cleanup) => cleanup()))
}

/** Ends what the cases began, before this process ends by a signal: nothing of it works on. `tell` is called first. */
export function endWithSignals(tell: () => void): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, async () => {
      tell()
      await endWhatIsLeft()
      process.exit(code)
    })
  }
}
