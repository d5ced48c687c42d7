/** The pages of this part. */
export const taskRoutes = [] as const
