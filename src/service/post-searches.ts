import type { SearchThread } from '../core/deps.ts'
import { fromPlainError } from '../core/plain-error.ts'
import type { SearchReply, SearchRequest } from './worker-thread.ts'

/** The search thread as another thread sees it: `post` asks the main thread, whose replies go to `onReply`. */
export function postSearches(post: (request: SearchRequest) => void): {
  searchThread: SearchThread
  onReply(reply: SearchReply): void
} {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let requestId = 0
  return {
    searchThread: {
      run: (search) => {
        const reply = Promise.withResolvers<unknown>()
        post({ search, requestId: ++requestId })
        waiting.set(requestId, reply)
        return reply.promise
      },
    },
    onReply: (reply) => {
      const asked = waiting.get(reply.requestId)
      waiting.delete(reply.requestId)
      if ('error' in reply) asked?.reject(fromPlainError(reply.error))
      else asked?.resolve(reply.result)
    },
  }
}
