"""Chinese for the experiments on optimizers."""

ZH: dict[str, str] = {
    # optimizer-paths
    "Which optimizer is the fastest down a surface?": "在同一曲面上，哪种优化器下降最快？",
    "None is the fastest on every surface, each at its own best learning rate": (
        "各取最佳学习率，没有哪种优化器在所有曲面上都最快"
    ),
    "turned ravine, κ = 40": "斜放的峡谷，κ = 40",
    "Rosenbrock's valley": "Rosenbrock 弯谷",
    "saddle, from its ridge": "鞍面，从脊线附近出发",
    "Himmelblau's four basins": "Himmelblau 的四个盆地",
    "Each at its own best rate, no optimizer is the fastest on all four surfaces:\n"
    "the fewest steps stand in a box": "各取最佳学习率，没有哪种优化器在四个曲面上都最快：\n方框标出最少的步数",
    "Each at its own best rate, {name} is the fastest on all four surfaces": (
        "各取最佳学习率，{name} 在四个曲面上都最快"
    ),
    "○ drawn start    numbers: median of {n} seeds near it, until the height stays under {share:g} of ○": (
        "○ 图中起点    数字：附近 {n} 个起点的中位数，直到高度稳定在 ○ 处的 {share:g} 以下"
    ),
    "along the ravine": "沿峡谷方向",
    "across the ravine": "横向",
    "ravine": "峡谷",
    "saddle": "鞍面",
    "steps to arrive": "到达所需步数",
    # optimizer-race
    "Which optimizer learns the digits best?": "学手写数字，哪种优化器最好？",
    "Momentum and Adam end lower than plain SGD; the best learning rates lie far apart": (
        "动量法和 Adam 的最终损失低于普通 SGD，各自的最佳学习率相差很大"
    ),
    "loss at the end, in the search": "搜索中的最终损失",
    "Each at its own best rate, plain SGD ends {ratio:.1f} times as high as the lowest\n"
    "Those rates differ up to {spread:.0f} times: at one rate for all, the rate would decide": (
        "各取最佳学习率，普通 SGD 的最终损失是最低者的 {ratio:.1f} 倍\n"
        "最佳学习率之间相差可达 {spread:.0f} 倍：若共用一个学习率，胜负就由学习率决定"
    ),
    "best $\\eta$": "最佳 $\\eta$",
    "loss at the end": "最终损失",
    "right on test data [middle 80 %]": "测试集正确率 [居中的 80 %]",
    # momentum-rates
    "How many steps does momentum save in a ravine?": "在狭长的山谷里，动量能省多少步？",
    "Plain descent needs steps in proportion to the condition number, momentum only to its square root": (
        "普通梯度下降的步数与条件数成正比，动量法只与条件数的平方根成正比"
    ),
    "plain descent": "普通梯度下降",
    "with momentum": "动量法",
    "condition number $\\kappa = L/m$": "条件数 $\\kappa = L/m$",
    "steps for a factor e": "距离缩小到 1/e 所需步数",
    "best in theory:\n$\\beta$ = {beta:.2f}": "理论最优：\n$\\beta$ = {beta:.2f}",
    "momentum $\\beta$": "动量系数 $\\beta$",
    "$\\kappa$ = {kappa:g}, best rate for each $\\beta$": "$\\kappa$ = {kappa:g}，每个 $\\beta$ 取最佳学习率",
    "each at its best settings": "各取最佳参数",
    "A factor e costs plain descent about $\\kappa/2$ steps, momentum about $\\sqrt{{\\kappa}}/2$:\n"
    "at $\\kappa$ = {kappa:,.0f}, {fast:,.0f} instead of {slow:,.0f}": (
        "距离缩小到 1/e，普通梯度下降约需 $\\kappa/2$ 步，动量法约需 $\\sqrt{{\\kappa}}/2$ 步：\n"
        "$\\kappa$ = {kappa:,.0f} 时，从 {slow:,.0f} 步减少到 {fast:,.0f} 步"
    ),
    "points: measured, median of {n} random starts    dashed: theory": (
        "点：实测，{n} 个随机起点的中位数    虚线：理论"
    ),
    # adam-bias-correction
    "What does Adam's bias correction do?": "Adam 的偏差修正有什么用？",
    "Without it the first steps are several times too long, and the best learning rate is lower": (
        "没有偏差修正，最初的步子会大上几倍，最佳学习率也随之变小"
    ),
    "step $t$": "第 $t$ 步",
    "step without / with correction": "不修正与修正的步长之比",
    "with": "修正",
    "without": "不修正",
    "without, at the same rate": "不修正，学习率不变",
    "update": "更新次数",
    "Uncorrected, Adam's first step is {first:.2f} times as long, a later one {longest:.1f} times:\n"
    "the best learning rate falls from {lr0:.2g} to {lr1:.2g}": (
        "不做偏差修正，Adam 的第一步长 {first:.2f} 倍，之后最长达 {longest:.1f} 倍：\n"
        "最佳学习率从 {lr0:.2g} 降到 {lr1:.2g}"
    ),
    "dashed lines: theory": "虚线：理论",
}
