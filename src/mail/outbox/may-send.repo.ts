import { Prisma } from '../../generated/prisma/client.ts'

/**
 * SQL: delivery is not paused, and the server has not been promoted since the last look at which database this is. So a
 * worker whose connections move to a promoted standby takes nothing more there. An unknown timeline tells nothing.
 */
export const maySend = Prisma.sql`not exists (
  select from switch where (name = 'delivery' and value in ('paused', 'restored'))
    or (name = 'database-timeline' and value <> database_timeline()::text))`
