import read from '../../../../src/features/library/library-worker.ts'

/** The program of a library's thread, without a time limit. */
export default ({ text }: { text: string }) => read({ text, maxMs: Number.POSITIVE_INFINITY })
