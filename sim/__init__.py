"""Simulate supply substitution: who can make a cut-off supplier's goods, how soon, at what cost, and what stays uncovered.

    import sim

    scenario = sim.load("scenarios/baseline.yaml", members=20)
    result = sim.run(scenario)
    result.save("results/baseline")
"""
