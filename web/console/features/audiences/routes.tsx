/** The pages of this part. */
export const audienceRoutes = [] as const
