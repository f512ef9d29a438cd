import read from '../../../../src/features/library/library-worker.ts'

/** The program of a library's thread, without a limit of time. */
export default ({ text }: { text: string }) => read({ text, maxMs: Number.POSITIVE_INFINITY })
