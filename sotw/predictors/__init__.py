"""Predictors, one file each: fit, score, explain on data frames; none knows the warehouse."""
