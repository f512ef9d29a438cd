import { Prisma } from '../../generated/prisma/client.ts'

/**
 * SQL: delivery is not paused, and the server has not been promoted since its timeline was last recorded. So a worker
 * whose connections move to a promoted standby takes nothing more there. An unknown timeline counts as unchanged.
 */
export const maySend = Prisma.sql`not exists (
  select from switch where (name = 'delivery' and value in ('paused', 'restored'))
    or (name = 'database-timeline' and value <> database_timeline()::text))`
