"""What every predictor shares: rows, splits, fitting, evaluation, storage."""
