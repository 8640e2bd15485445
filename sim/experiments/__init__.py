"""Compare runs with one another and with history: variants, knock-outs, the backtest."""
