/** The pages of this part. */
export const reportRoutes = [] as const
