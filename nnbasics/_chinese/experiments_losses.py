"""Chinese for the experiments on activations and losses."""

ZH: dict[str, str] = {
    # dead-relu
    # activation-race
    # softmax-temperature
    "theory, T → ∞: 1/K = {limit:.3f}": "理论，T → ∞：1/K = {limit:.3f}",
    "theory, T → ∞: ln K = {top:.3f}": "理论，T → ∞：ln K = {top:.3f}",
    "theory, T large:\nln K − v/2T²": "理论，T 较大时：\nln K − v/2T²",
    "temperature T": "温度 T",
    "probability p": "概率 p",
    "entropy H (K = {n})": "熵 H（K = {n}）",
    "Cold, softmax gives all to the largest logit; warm, it evens the classes out\n"
    "Median entropy, as a share of ln K: {cold:.0%} at T = {low:g}, {warm:.0%} at T = {high:g}": (
        "温度低时，softmax 把概率全给最大的 logit；温度高时，各类概率趋于相等\n"
        "熵占 ln K 的比例（中位数）：T = {low:g} 时 {cold:.0%}，T = {high:g} 时 {warm:.0%}"
    ),
    # logits-or-probabilities
    "theory: floor ln(1 + (K − 1)/e) = {floor:.4f}, K = {classes}": (
        "理论：下限 ln(1 + (K − 1)/e) = {floor:.4f}，K = {classes}"
    ),
    "cross-entropy, training data": "训练集上的交叉熵",
    "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling\n"
    "Right on test data: {logits:.1%} with logits, {probabilities:.1%} with probabilities": (
        "把概率交给交叉熵，损失降到下限就停住；交给它 logits，损失会一直下降\n"
        "测试集正确率：用 logits 为 {logits:.1%}，用概率为 {probabilities:.1%}"
    ),
    # bce-saturation
    "float32:\n$\\sigma(z)$ = 1\nfrom z = {edge:.1f}": "float32：\nz ≥ {edge:.1f} 时\n$\\sigma(z)$ = 1",
    "logit z of a wrong prediction": "错误预测的 logit z",
    "size of the gradient |dL/dz|": "梯度大小 |dL/dz|",
    "×: at least half the seeds never recover\n({n} updates, rates up to {rate:g})": (
        "×：半数以上的种子始终没有恢复\n（更新 {n} 次，学习率最大试到 {rate:g}）"
    ),
    "bias that training starts from": "训练开始时的偏置",
    "updates to recover": "恢复所需的更新次数",
    "Sure of the wrong class, BCE on probabilities loses its gradient; on logits it keeps it\n"
    "From bias {start:g} recover: {bce_with_logits:.0%} (BCEWithLogits), {bce:.0%} (BCE), {mse:.0%} (MSE)": (
        "自信地判错时，用概率算 BCE，梯度会消失；用 logits 算则不会\n"
        "偏置从 {start:g} 开始，能恢复的占：BCEWithLogits {bce_with_logits:.0%}，BCE {bce:.0%}，MSE {mse:.0%}"
    ),
    # outliers
    "theory": "理论",
}
