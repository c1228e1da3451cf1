"""Chinese for what functions print and warn of."""

ZH: dict[str, str] = {
    # model.py
    "total": "合计",
    # softmax_guard.py
    "{model} ends in a softmax, and cross-entropy takes another one: train on logits "
    '(leave the last softmax out; ThreeLayerNet(output="logits")), and take the softmax for predictions only.': (
        "{model} 的末尾已经是 softmax，而 cross-entropy 损失内部还会再做一次：请用 logits 训练"
        '（去掉最后的 softmax，例如 ThreeLayerNet(output="logits")），只在预测时再取 softmax。'
    ),
    # losses.py
    "prediction": "预测值",
    "target": "真实值",
    "value": "数值",
    "numbers": "任意实数",
    "probabilities": "概率",
    "log-probabilities": "对数概率",
    "logits": "logits",
    "class indices": "类别索引",
    "norm {norm:.4f}": "范数 {norm:.4f}",
    # broadcasting.py
    "Rule 1: {shape} has fewer dimensions than {rank}, so it gets 1s on its left: {padded}.": (
        "规则 1：{shape} 的维数不足 {rank}，在左侧补 1，变成 {padded}。"
    ),
    "Rule 1: no shape has fewer dimensions than another, so nothing is added.": (
        "规则 1：各个形状的维数都相同，不需要补 1。"
    ),
    "Rule 2: in dimension {dim}, {shape} has size 1, which is repeated to {size}.": (
        "规则 2：{shape} 在维度 {dim} 上的大小是 1，重复扩展到 {size}。"
    ),
    "Rule 2: no size 1 stands beside one other size, so nothing is repeated.": (
        "规则 2：没有哪个维度能把大小 1 扩展成唯一的另一个大小，不需要重复。"
    ),
    "Rule 3: in dimension {dim} the sizes {sizes} differ and none of them is 1, so they are refused.": (
        "规则 3：维度 {dim} 上的大小 {sizes} 互不相等，又都不是 1，因此拒绝广播。"
    ),
    "Rule 3: no dimension is left with two sizes, so the result has shape {shape}.": (
        "规则 3：没有哪个维度还留有两种大小，结果的形状是 {shape}。"
    ),
    ", ": "、",
}
