"""What programs for AWS's XGBoost container import: a stand-in, where it is not installed."""
